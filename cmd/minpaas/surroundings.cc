#include "cmd/minpaas/surroundings.h"

#include <cstdlib>

#include "cmd/minpaas/app_words.h"
#include "cmd/minpaas/git.h"

namespace minpaas::client {
namespace {

constexpr const char* kHostOfSshConfig = "minpaas";

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

Result<ServerAddress> parse_of(std::string_view text, std::string_view source) {
  auto address = parse_server_address(text);
  return address ? address : address.error().with_context(source);
}

}  // namespace

Result<std::optional<GitRemote>> Surroundings::read_remote() const {
  const std::string name = remote_name();
  if (options_.remote && !git::is_remote_name(name)) {
    return Error{ErrorCode::InvalidInput, "--remote is no name of a git remote",
                 "list them: git remote -v", ""};
  }
  const auto url = git::remote_url(name);
  if (!url && options_.remote) {
    return Error{ErrorCode::NotFound, "there is no git remote " + name + " in this folder",
                 "list them: git remote -v", ""};
  }
  if (!url) {
    return std::optional<GitRemote>();
  }
  auto remote = parse_git_remote(*url);
  if (!remote) {
    return remote.error().with_context("git remote " + name);
  }
  return std::optional<GitRemote>(std::move(*remote));
}

Result<std::optional<GitRemote>> Surroundings::remote() {
  if (!remote_) {
    remote_ = read_remote();
  }
  return *remote_;
}

Result<ServerAddress> Surroundings::server_for_remote() const {
  if (options_.host) {
    return parse_of(*options_.host, "--host");
  }
  if (const auto host = environment("MINPAAS_HOST")) {
    return parse_of(*host, "MINPAAS_HOST");
  }
  if (ssh_.knows_host(kHostOfSshConfig)) {
    return ServerAddress{"", kHostOfSshConfig, ""};
  }
  return Error{
      ErrorCode::NotFound, "no server is known here",
      "say which: --host my-server:2222, MINPAAS_HOST, a Host minpaas in ~/.ssh/config, or once "
      "for this folder: minpaas init --host my-server:2222",
      ""};
}

Result<ServerAddress> Surroundings::server() {
  const bool remote_first = !options_.host && (options_.remote || !environment("MINPAAS_HOST"));
  if (remote_first) {
    if (const auto found = TRY(remote())) {
      return found->server;
    }
  }
  return server_for_remote();
}

Result<std::optional<std::string>> Surroundings::usual_app() {
  using Name = std::optional<std::string>;
  if (options_.no_app) {
    return Name();
  }
  if (!options_.remote) {
    if (const auto app = environment("MINPAAS_APP")) {
      return is_app_name(*app)
                 ? Result<Name>(app)
                 : Error{ErrorCode::InvalidInput, "MINPAAS_APP is no valid app name", "", ""};
    }
  }
  const auto found = remote();
  if (!found && options_.remote) {
    return found.error();
  }
  // A remote that is none of a MinPaas names no app; who needs its server is told.
  return found && *found ? (*found)->app : Name();
}

}  // namespace minpaas::client
