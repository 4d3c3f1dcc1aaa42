#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas::git {

/// Where a repository is: `https://HOST/PATH`, `http://HOST/PATH`, `ssh://USER@HOST:PORT/PATH` or
/// `USER@HOST:PATH`. User and password of an https URL are a secret: only `shown` is for people.
class RemoteUrl {
 public:
  enum class Scheme { Https, Http, Ssh };

  /// Errors: InvalidInput: another scheme, a path of this machine, control characters, no host. No
  /// message repeats the URL.
  static Result<RemoteUrl> parse(std::string_view text);

  [[nodiscard]] Scheme scheme() const { return scheme_; }

  [[nodiscard]] const std::string& host() const { return host_; }

  /// Always there: that of the scheme when the URL has none.
  [[nodiscard]] const std::string& port() const { return port_; }

  /// Begins with `/`, but for `USER@HOST:PATH`, which is below the user's home.
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Of a secret with https, `git` with ssh when the URL has none.
  [[nodiscard]] const std::string& user() const { return user_; }

  [[nodiscard]] const std::string& password() const { return password_; }

  [[nodiscard]] bool has_secret() const {
    return scheme_ != Scheme::Ssh && !(user_.empty() && password_.empty());
  }

  /// Without user and password of https: `https://***@HOST/PATH`.
  [[nodiscard]] std::string shown() const { return with_user(has_secret() ? "***@" : ""); }

  /// Without them at all.
  [[nodiscard]] std::string plain() const { return with_user(""); }

 private:
  RemoteUrl() = default;

  [[nodiscard]] std::string with_user(std::string_view user) const;
  static Result<RemoteUrl> parse_scp_like(std::string_view text);

  Scheme scheme_ = Scheme::Https;
  std::string user_;
  std::string password_;
  std::string host_;
  std::string port_;
  std::string path_;
};

/// What may be shown of a word that is perhaps no RemoteUrl: nothing then, since any part of it may
/// be a secret.
std::string shown_url(std::string_view text);

}  // namespace minpaas::git
