#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

#include "core/certs/certificate.h"
#include "core/certs/pem.h"

namespace minpaas::certs {
namespace {

constexpr int kVersion3 = 2;
constexpr long kTenYears = 10L * 365 * 24 * 3600;

Error failed() {
  return {ErrorCode::Internal, "no certificate can be made", "", openssl_words()};
}

/// Clients refuse two certificates of one name with one number.
bool set_number(X509& certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return false;
  }
  bytes[0] &= 0x7fU;
  const Handle<BIGNUM, BN_free> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool set_times(X509& certificate, SystemTime now) {
  const std::time_t begin = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now));
  return ASN1_TIME_set(X509_getm_notBefore(&certificate), begin) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(&certificate), begin + kTenYears) != nullptr;
}

bool set_names(X509& certificate, const std::string& host) {
  X509_NAME* name = X509_get_subject_name(&certificate);
  constexpr std::string_view kWho = "MinPaas, no certificate for this name";
  const Handle<X509_EXTENSION, X509_EXTENSION_free> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str()));
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(kWho.data()),
                                    static_cast<int>(kWho.size()), -1, 0) == 1 &&
         X509_set_issuer_name(&certificate, name) == 1 && names &&
         X509_add_ext(&certificate, names.get(), -1) == 1;
}

}  // namespace

Result<Certificate> make_self_signed(const std::string& host, SystemTime now) {
  const KeyHandle key(EVP_EC_gen("P-256"));
  const X509Handle certificate(X509_new());
  const bool made = key && certificate && X509_set_version(certificate.get(), kVersion3) == 1 &&
                    set_number(*certificate) && set_times(*certificate, now) &&
                    set_names(*certificate, host) &&
                    X509_set_pubkey(certificate.get(), key.get()) == 1 &&
                    X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
  if (!made) {
    return failed();
  }
  std::string text = TRY(pem_of(*certificate));
  text += TRY(pem_of(*key));
  return parse_certificate(text);
}

}  // namespace minpaas::certs
