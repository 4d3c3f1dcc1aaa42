#pragma once

#include <string>

struct ssh_key_struct;

namespace minpaas::sshd {

/// A client's key as the Authenticator knows it.
struct PublicKey {
  /// `SHA256:...`, as `ssh-keygen -lf` prints it.
  std::string fingerprint;
  /// As in an authorized_keys line.
  std::string blob_base64;

  bool operator==(const PublicKey&) const = default;
};

/// Empty strings when libssh cannot tell, which no Authenticator knows.
PublicKey describe_key(const ssh_key_struct* key);
/// Certificates are refused: libssh checks neither authority nor principals nor validity.
bool is_certificate(const ssh_key_struct* key);

}  // namespace minpaas::sshd
