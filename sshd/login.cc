#include "sshd/login.h"

#include "core/base/log.h"

namespace minpaas::sshd {

std::optional<Actor> Login::look_up(const PublicKey& key) {
  if (key.fingerprint.empty() || key.blob_base64.empty()) {
    return std::nullopt;
  }
  auto actor = authenticator_.find(key.fingerprint, key.blob_base64, from_);
  if (actor) {
    actor->key_fingerprint = key.fingerprint;
    actor->from = from_;
  }
  return actor;
}

void Login::ask_methods() {
  verified_.reset();
  ++attempts_;
}

bool Login::try_key(std::string_view user, const PublicKey& key, KeyProof proof) {
  verified_.reset();
  ++attempts_;
  const auto actor = look_up(key);
  if (!actor) {
    ++unknown_keys_;
    refused_keys_.push_back(key.fingerprint);
    log::info("ssh: {} user '{}': key {} is not known", from_, user.substr(0, 64), key.fingerprint);
    return false;
  }
  if (proof == KeyProof::Signed) {
    verified_ = key;
    was_verified_ = true;
    is_stranger_ = actor->role == Role::Stranger;
    authenticator_.note_use(*actor);
    log::info("ssh: {} user '{}': {} logged in with {}", from_, user.substr(0, 64), actor->name,
              key.fingerprint);
  }
  return true;
}

void Login::refuse(std::string_view user, std::string_view method) {
  verified_.reset();
  ++refusals_;
  log::info("ssh: {} user '{}': {} refused", from_, user.substr(0, 64), method);
}

void Login::end() {
  if (has_failed() && !was_verified_) {
    authenticator_.note_denied(from_, refused_keys_);
  }
}

std::optional<Actor> Login::confirm() {
  if (!verified_) {
    return std::nullopt;
  }
  auto actor = look_up(*verified_);
  if (!actor) {
    log::info("ssh: {}: key {} is no longer accepted", from_, verified_->fingerprint);
    verified_.reset();
    return actor;
  }
  is_stranger_ = actor->role == Role::Stranger;
  authenticator_.note_use(*actor);
  return actor;
}

}  // namespace minpaas::sshd
