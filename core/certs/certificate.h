#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/app/config_var.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::certs {

/// The most that is read as one certificate: a chain of many links and a large key.
inline constexpr std::size_t kMostPemBytes = 128 * 1024;

/// A certificate with its chain and its private key: what a server shows, and proves.
struct Certificate {
  /// Host names that it is for, in lower case: `www.example.com`, `*.example.com`.
  std::vector<std::string> names;
  /// Who has signed it, for people: `R3 (Let's Encrypt)`, `itself`.
  std::string issuer;
  SystemTime not_before;
  SystemTime not_after;
  /// SHA-256 of the certificate, in hexadecimal digits.
  std::string fingerprint;
  /// PEM: the certificate, its chain, its key, without an empty line.
  Secret pem;
};

/// Reads PEM blocks in any order: a chain and the key of one of its certificates, which is the
/// certificate. What this takes, a TLS server takes. Errors: InvalidInput (no certificate, no key,
/// the key is encrypted or another's, weaker than TLS servers take, no host name in it).
Result<Certificate> parse_certificate(std::string_view pem);

/// Errors: InvalidInput (it has expired, or its time has not come).
Result<void> require_valid_at(const Certificate& certificate, SystemTime now);

/// Whether a name of a certificate stands for the host; `*` is one label.
bool covers(std::string_view name, std::string_view host);
bool covers(const std::vector<std::string>& names, std::string_view host);

/// A certificate that nobody has signed, for ten years: so that a TLS port answers at all.
Result<Certificate> make_self_signed(const std::string& host, SystemTime now);

}  // namespace minpaas::certs
