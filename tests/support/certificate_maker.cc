#include "tests/support/certificate_maker.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>

#include "core/base/handle.h"

namespace minpaas::test {
namespace {

using BioHandle = Handle<BIO, BIO_free>;
using KeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;
using X509Handle = Handle<X509, X509_free>;

void require(bool done) {
  if (!done) {
    std::abort();
  }
}

template <typename Write>
std::string written(Write write) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  require(out && write(out.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509& certificate) {
  return written([&](BIO* out) { return PEM_write_bio_X509(out, &certificate); });
}

KeyHandle new_key(unsigned int rsa_bits) {
  KeyHandle key(rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(rsa_bits));
  require(key != nullptr);
  return key;
}

void put_name(X509_NAME* name, const std::string& text) {
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()), -1, 0) == 1);
}

void put_host_names(X509& certificate, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "DNS:" : ",DNS:") + name;
  }
  if (text.empty()) {
    return;
  }
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, text.c_str()));
  require(extension && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

X509Handle new_certificate(EVP_PKEY& key, const CertificateWish& wish, const std::string& subject) {
  static long number = 1;
  X509Handle certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), 2) == 1 &&
          ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), number++) == 1 &&
          X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.begins) != nullptr &&
          X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.ends) != nullptr &&
          X509_set_pubkey(certificate.get(), &key) == 1);
  put_name(X509_get_subject_name(certificate.get()), subject);
  put_name(X509_get_issuer_name(certificate.get()), wish.issuer);
  return certificate;
}

}  // namespace

MadeCertificate make_certificate(const CertificateWish& wish) {
  const KeyHandle authority_key = new_key(0);
  const X509Handle authority = new_certificate(*authority_key, wish, wish.issuer);
  require(X509_sign(authority.get(), authority_key.get(), EVP_sha256()) > 0);
  const KeyHandle key = new_key(wish.rsa_bits);
  const X509Handle certificate = new_certificate(*key, wish, "leaf");
  put_host_names(*certificate, wish.names);
  require(X509_sign(certificate.get(), authority_key.get(), EVP_sha256()) > 0);
  return {pem_of(*certificate), pem_of(*authority), written([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

std::string encrypted_key() {
  const KeyHandle key = new_key(0);
  std::string password = "secret";
  return written([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key.get(), EVP_aes_128_cbc(), password.data(),
                                         static_cast<int>(password.size()), nullptr, nullptr);
  });
}

}  // namespace minpaas::test
