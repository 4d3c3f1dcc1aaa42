#pragma once

#include <string>
#include <vector>

namespace minpaas::test {

/// A key and a certificate as an authority would hand them out. Times are seconds from now.
struct CertificateWish {
  std::vector<std::string> names;
  long begins = -3600;
  long ends = 90L * 24 * 3600;
  /// 0: the curve P-256, else RSA of so many bits.
  unsigned int rsa_bits = 0;
  std::string issuer = "Test Authority";
};

struct MadeCertificate {
  std::string certificate;
  std::string chain;
  std::string key;

  [[nodiscard]] std::string pem() const { return certificate + chain + key; }
};

/// Aborts when OpenSSL fails.
MadeCertificate make_certificate(const CertificateWish& wish);
/// The key under a password.
std::string encrypted_key();

}  // namespace minpaas::test
