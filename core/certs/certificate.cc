#include "core/certs/certificate.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include "core/base/text.h"
#include "core/certs/pem.h"

namespace minpaas::certs {
namespace {

constexpr std::string_view kHowToSend =
    "send chain and key: cat fullchain.pem privkey.pem | ssh minpaas certs:add APP";

Error invalid(std::string message, std::string_view hint = "", std::string cause = "") {
  return {ErrorCode::InvalidInput, std::move(message), std::string(hint), std::move(cause)};
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

bool is_host_name(std::string_view name) {
  const auto plain = name.starts_with("*.") ? name.substr(2) : name;
  return !plain.empty() && plain.size() <= 253 && std::ranges::all_of(plain, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

/// Names of the extension subjectAltName; clients look at no other.
std::vector<std::string> names_of(X509& certificate) {
  std::vector<std::string> names;
  const Handle<GENERAL_NAMES, GENERAL_NAMES_free> found(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; found && i < sk_GENERAL_NAME_num(found.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(found.get(), i), &type);
    if (type != GEN_DNS) {
      continue;
    }
    const auto* text = static_cast<const ASN1_STRING*>(value);
    std::string name = lower({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                              static_cast<std::size_t>(ASN1_STRING_length(text))});
    if (is_host_name(name)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::string entry_of(X509_NAME* name, int kind) {
  std::array<char, 200> text{};
  const int length = X509_NAME_get_text_by_NID(name, kind, text.data(), text.size());
  return length > 0 ? escape_controls({text.data(), static_cast<std::size_t>(length)}) : "";
}

std::string issuer_of(X509& certificate) {
  if (X509_NAME_cmp(X509_get_subject_name(&certificate), X509_get_issuer_name(&certificate)) == 0) {
    return "itself";
  }
  const std::string who = entry_of(X509_get_issuer_name(&certificate), NID_commonName);
  const std::string of = entry_of(X509_get_issuer_name(&certificate), NID_organizationName);
  if (who.empty() || of.empty()) {
    return who.empty() && of.empty() ? "unknown" : who + of;
  }
  return fmt::format("{} ({})", who, of);
}

Result<SystemTime> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return invalid("the certificate has no readable time", "", openssl_words());
  }
  return SystemTime(seconds(::timegm(&parts)));
}

Result<std::string> fingerprint_of(X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1) {
    return Error{ErrorCode::Internal, "the certificate has no digest", "", openssl_words()};
  }
  return to_hex({digest.data(), size});
}

/// Asks OpenSSL what a TLS server with its default settings asks: one that does not start because
/// of a weak key serves nobody.
Result<void> require_usable(X509& leaf, EVP_PKEY& key, const std::vector<X509*>& chain) {
  const Handle<SSL_CTX, SSL_CTX_free> server(SSL_CTX_new(TLS_server_method()));
  bool usable = server && SSL_CTX_use_certificate(server.get(), &leaf) == 1 &&
                SSL_CTX_use_PrivateKey(server.get(), &key) == 1 &&
                SSL_CTX_check_private_key(server.get()) == 1;
  for (X509* link : chain) {
    usable = usable && SSL_CTX_add1_chain_cert(server.get(), link) == 1;
  }
  if (usable) {
    return {};
  }
  return invalid("the certificate or its key is weaker than TLS allows",
                 "use a key of RSA 2048 bits or more, or of the curve P-256, and SHA-256",
                 openssl_words());
}

std::optional<std::size_t> place_of_key(const PemContent& content) {
  for (std::size_t i = 0; i < content.certificates.size(); ++i) {
    if (X509_check_private_key(content.certificates[i].get(), content.keys.front().get()) == 1) {
      return i;
    }
  }
  openssl_words();
  return std::nullopt;
}

}  // namespace

Result<Certificate> parse_certificate(std::string_view pem) {
  const PemContent content = TRY(read_pem(pem));
  if (content.certificates.empty()) {
    return invalid("there is no certificate in the input", kHowToSend);
  }
  if (content.keys.size() != 1) {
    return content.keys.empty() ? invalid("there is no private key in the input", kHowToSend)
                                : invalid("there is more than one private key in the input");
  }
  const auto leaf_at = place_of_key(content);
  if (!leaf_at) {
    return invalid("the private key does not belong to the certificate");
  }
  X509& leaf = *content.certificates[*leaf_at];
  EVP_PKEY& key = *content.keys.front();
  std::vector<X509*> chain;
  std::string text = TRY(pem_of(leaf));
  for (std::size_t i = 0; i < content.certificates.size(); ++i) {
    if (i != *leaf_at) {
      chain.push_back(content.certificates[i].get());
      text += TRY(pem_of(*chain.back()));
    }
  }
  text += TRY(pem_of(key));
  TRY(require_usable(leaf, key, chain));
  Certificate certificate;
  certificate.names = names_of(leaf);
  if (certificate.names.empty()) {
    return invalid("the certificate is for no host name",
                   "it needs names of the kind DNS in its subjectAltName");
  }
  certificate.issuer = issuer_of(leaf);
  certificate.not_before = TRY(time_of(X509_get0_notBefore(&leaf)));
  certificate.not_after = TRY(time_of(X509_get0_notAfter(&leaf)));
  certificate.fingerprint = TRY(fingerprint_of(leaf));
  certificate.pem = Secret(std::move(text));
  return certificate;
}

Result<void> require_valid_at(const Certificate& certificate, SystemTime now) {
  constexpr std::size_t kDate = 10;
  if (certificate.not_after <= now) {
    return invalid(fmt::format("the certificate has expired on {}",
                               format_rfc3339(certificate.not_after).substr(0, kDate)));
  }
  if (certificate.not_before > now) {
    return invalid(fmt::format("the certificate is not valid before {}",
                               format_rfc3339(certificate.not_before)),
                   "is the clock of this server right?");
  }
  return {};
}

bool covers(std::string_view name, std::string_view host) {
  if (!name.starts_with("*.")) {
    return name == host;
  }
  const auto dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && host.substr(dot) == name.substr(1);
}

bool covers(const std::vector<std::string>& names, std::string_view host) {
  return std::ranges::any_of(names, [&](const std::string& name) { return covers(name, host); });
}

}  // namespace minpaas::certs
