#include "cmd/minpaas/server_address.h"

#include <algorithm>

#include "cmd/minpaas/app_words.h"

namespace minpaas::client {
namespace {

constexpr std::string_view kSchemes[] = {"ssh://", "git+ssh://", "ssh+git://"};

Error bad_address(std::string why) {
  return {ErrorCode::InvalidInput, std::move(why), "write it as [USER@]HOST[:PORT]", ""};
}

/// What may be in a user, host or port, so that neither `ssh` nor the commands of its configuration
/// can be led astray.
bool is_safe(std::string_view text) {
  return !text.starts_with('-') && std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f &&
           std::string_view("'\"`$\\;&<>|(){}@/?#").find(c) == std::string_view::npos;
  });
}

Result<std::string> parse_port(std::string_view text) {
  const bool digits =
      !text.empty() && text.size() <= 5 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const int number = digits ? std::stoi(std::string(text)) : 0;
  if (number < 1 || number > 65535) {
    return bad_address("the port of a server is a number from 1 to 65535");
  }
  return std::to_string(number);
}

/// Cuts `USER@` off. The last @ counts, as for `ssh`.
std::string take_user(std::string_view& text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) {
    return "";
  }
  const std::string user(text.substr(0, at));
  text.remove_prefix(at + 1);
  return user;
}

/// Cuts a scheme of SSH off; whether there was one.
bool take_scheme(std::string_view& text) {
  for (const std::string_view scheme : kSchemes) {
    if (text.starts_with(scheme)) {
      text.remove_prefix(scheme.size());
      return true;
    }
  }
  return false;
}

Result<ServerAddress> checked(ServerAddress address) {
  if (address.host.empty()) {
    return bad_address("no host of a server is named");
  }
  if (!is_safe(address.user) || !is_safe(address.host)) {
    return bad_address("the host or user of the server has a character that it cannot have");
  }
  return address;
}

/// `blog` of `/blog.git`, `~/blog/`, ...: what the server takes off, too.
std::optional<std::string> app_of_path(std::string_view path) {
  for (const std::string_view before : {"/~/", "~/", "/"}) {
    if (path.starts_with(before)) {
      path.remove_prefix(before.size());
      break;
    }
  }
  if (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  if (path.ends_with(".git")) {
    path.remove_suffix(4);
  }
  return is_app_name(path) ? std::optional<std::string>(path) : std::nullopt;
}

}  // namespace

std::string ServerAddress::str() const {
  const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (user.empty() ? "" : user + "@") + bracketed + (port.empty() ? "" : ":" + port);
}

std::string ServerAddress::git_url(std::string_view app) const {
  const bool short_form = port.empty() && host.find(':') == std::string::npos;
  return (short_form ? str() + ":" : "ssh://" + str() + "/") + std::string(app);
}

Result<ServerAddress> parse_server_address(std::string_view text) {
  if (take_scheme(text) && text.ends_with('/')) {
    text.remove_suffix(1);
  }
  ServerAddress address;
  const bool has_user = text.find('@') != std::string_view::npos;
  address.user = take_user(text);
  if (has_user && address.user.empty()) {
    return bad_address("no user stands before the @");
  }
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) {
      return bad_address("a bracket of the server's address is not closed");
    }
    address.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    has_port = text.starts_with(':');
    if (!has_port && !text.empty()) {
      return bad_address("only :PORT may stand behind the bracket");
    }
    port = has_port ? text.substr(1) : "";
  } else {
    const auto colon = text.find(':');
    // With several it is an IPv6 address.
    has_port = colon != std::string_view::npos && colon == text.rfind(':');
    address.host = has_port ? text.substr(0, colon) : text;
    port = has_port ? text.substr(colon + 1) : "";
  }
  if (has_port) {
    address.port = TRY(parse_port(port));
  }
  return checked(std::move(address));
}

Result<GitRemote> parse_git_remote(std::string_view url) {
  std::string_view rest = url;
  if (take_scheme(rest)) {
    const auto slash = rest.find('/');
    const auto path = slash == std::string_view::npos ? "" : rest.substr(slash);
    GitRemote remote;
    remote.server = TRY(parse_server_address(rest.substr(0, slash)));
    remote.app = app_of_path(path);
    return remote;
  }
  // `HOST:PATH` as git reads it: the colon stands before any slash, but not in brackets.
  const auto bracket = rest.starts_with('[') || rest.find("@[") != std::string_view::npos
                           ? rest.find(']')
                           : std::string_view::npos;
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos || rest.find('/') < colon ||
      rest.substr(colon).starts_with("://")) {
    return Error{ErrorCode::InvalidInput, "the git remote is no SSH URL",
                 "it must be ssh://USER@HOST:PORT/APP or HOST:APP", ""};
  }
  std::string_view server = rest.substr(0, colon);
  // git's `[HOST:PORT]:PATH`; an IPv6 address has several colons.
  if (server.starts_with('[') && server.ends_with(']') &&
      std::count(server.begin(), server.end(), ':') < 2) {
    server = server.substr(1, server.size() - 2);
  } else if (!server.ends_with(']') && server.find(':') != std::string_view::npos) {
    return bad_address("the host of the git remote cannot be read");
  }
  GitRemote remote;
  remote.server = TRY(parse_server_address(server));
  remote.app = app_of_path(rest.substr(colon + 1));
  return remote;
}

}  // namespace minpaas::client
