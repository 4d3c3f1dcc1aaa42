#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sshd/exec.h"
#include "sshd/public_key.h"

namespace minpaas::sshd {

/// Whether the peer only asks about a key or has proved that it holds it.
enum class KeyProof { Offered, Signed };

/// The authentication of one connection (RFC 4252), without libssh. Identity comes from the key
/// whose signature was verified, never from one that was only offered, and every further attempt
/// takes it away first. Thread: one.
class Login {
 public:
  /// `from` is the peer's address, for the Actor and the log.
  Login(Authenticator& authenticator, std::string from)
      : authenticator_(authenticator), from_(std::move(from)) {}

  /// An attempt with a key: whether it is to be accepted. For an offered key this only means that
  /// a signature is worth while. `user` is logged and otherwise ignored: the key decides.
  bool try_key(std::string_view user, const PublicKey& key, KeyProof proof);
  /// An attempt with a password, keyboard-interactive, a certificate, a wrong signature.
  void refuse(std::string_view user, std::string_view method);

  /// The `none` method, by which clients ask for the list of methods. No failure.
  void ask_methods();

  /// The connection ends: says so when all that was tried was refused.
  void end();

  /// Looks the verified key up again: absent when it is no longer known, and from then on.
  std::optional<Actor> confirm();

  /// Nobody knows the verified key, which may do one thing: claim the server.
  [[nodiscard]] bool is_stranger() const { return is_stranger_; }

  [[nodiscard]] bool is_verified() const { return verified_.has_value(); }

  /// The peer has tried too much: end the connection.
  [[nodiscard]] bool is_exhausted() const {
    return unknown_keys_ >= kMostUnknownKeys || refusals_ >= kMostRefusals ||
           attempts_ >= kMostAttempts;
  }

  [[nodiscard]] bool has_failed() const { return unknown_keys_ + refusals_ > 0; }

  /// People with many keys in their agent must get to the right one.
  static constexpr int kMostUnknownKeys = 20;
  static constexpr int kMostRefusals = 6;
  /// Attempts of all kinds together: a known key that is offered and never signs costs a look-up.
  static constexpr int kMostAttempts = 120;

 private:
  std::optional<Actor> look_up(const PublicKey& key);

  Authenticator& authenticator_;
  std::string from_;
  std::optional<PublicKey> verified_;
  /// Whether a key was verified at any time.
  bool was_verified_ = false;
  /// At most kMostUnknownKeys.
  std::vector<std::string> refused_keys_;
  bool is_stranger_ = false;
  int unknown_keys_ = 0;
  int refusals_ = 0;
  int attempts_ = 0;
};

}  // namespace minpaas::sshd
