#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas::client {

/// Where a server listens for SSH. No part of it can be taken for an option of `ssh`, and none has
/// a blank or a control character.
struct ServerAddress {
  /// Empty: `ssh` decides.
  std::string user;
  /// A name, an address, or a Host of the ssh configuration; IPv6 without brackets.
  std::string host;
  /// Empty: `ssh` decides.
  std::string port;

  bool operator==(const ServerAddress&) const = default;

  /// `my-server:2222`, for people.
  [[nodiscard]] std::string str() const;
  /// What `git` takes for a remote: `HOST:APP`, or `ssh://HOST:PORT/APP` where there is a port.
  [[nodiscard]] std::string git_url(std::string_view app) const;
};

/// `[USER@]HOST[:PORT]`, `[USER@][::1]:2222`, or the same behind `ssh://`. Errors: InvalidInput.
Result<ServerAddress> parse_server_address(std::string_view text);

/// What the URL of a git remote says.
struct GitRemote {
  ServerAddress server;
  /// Nothing where the path is no app's name.
  std::optional<std::string> app;
};

/// `ssh://[USER@]HOST[:PORT]/APP`, `[USER@]HOST:APP`, also with `.git`. Errors: InvalidInput (it
/// is not read over SSH, or has no good host).
Result<GitRemote> parse_git_remote(std::string_view url);

}  // namespace minpaas::client
