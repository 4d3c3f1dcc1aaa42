#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"

struct ssh_key_struct;

namespace minpaas::sshd {

/// The keys by which clients know this server: Ed25519 and RSA 3072. Immutable; thread: any, one
/// at a time.
class HostKeys {
 public:
  /// Loads `ssh_host_ed25519_key` and `ssh_host_rsa_key` from `folder`, creating what is not there
  /// yet (0600, at once or not at all). A file that exists is never replaced, because every client
  /// would then see a changed host. Errors: Corrupt (no private key, or of another type),
  /// PermissionDenied (unreadable, or readable by others), NoSpace, Unavailable.
  static Result<HostKeys> load_or_create(const std::filesystem::path& folder);

  /// One Ed25519 key that is stored nowhere. Errors: Internal.
  static Result<HostKeys> make_temporary();

  HostKeys(HostKeys&&) = default;
  HostKeys& operator=(HostKeys&&) = default;

  /// `SHA256:...` per key, Ed25519 first.
  [[nodiscard]] std::vector<std::string> fingerprints() const;

  struct KeyDeleter {
    void operator()(ssh_key_struct* key) const noexcept;
  };

  using Key = std::unique_ptr<ssh_key_struct, KeyDeleter>;

  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }

 private:
  explicit HostKeys(std::vector<Key> keys) : keys_(std::move(keys)) {}

  std::vector<Key> keys_;
};

}  // namespace minpaas::sshd
