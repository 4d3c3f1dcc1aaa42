#pragma once

#include <optional>
#include <string>

#include "cmd/minpaas/command_line.h"
#include "cmd/minpaas/server_address.h"
#include "cmd/minpaas/ssh.h"

namespace minpaas::client {

/// Which server and which app are meant where nobody has typed them: by the options, the
/// environment, the git remote of the folder, the ssh configuration. Thread: one.
class Surroundings {
 public:
  Surroundings(const ClientOptions& options, const Ssh& ssh) : options_(options), ssh_(ssh) {}

  /// `--host`, the remote of `--remote`, `MINPAAS_HOST`, the git remote `minpaas`, the Host
  /// `minpaas` of the ssh configuration: the first that there is. Errors: InvalidInput (it cannot
  /// be read), NotFound (there is none).
  Result<ServerAddress> server();

  /// The same for a server that gets a new remote: remotes do not count.
  Result<ServerAddress> server_for_remote() const;

  /// The app of the remote of `--remote`, `MINPAAS_APP`, the app of the git remote `minpaas`;
  /// nothing when there is none, or with --no-app. Errors: InvalidInput, NotFound.
  Result<std::optional<std::string>> usual_app();

  /// `minpaas`, or that of --remote.
  [[nodiscard]] std::string remote_name() const { return options_.remote.value_or("minpaas"); }

  /// What the remote says; nothing when there is none of that name. Errors: InvalidInput (it is not
  /// read over SSH; --remote is no name of a remote), NotFound (that of --remote is not there).
  Result<std::optional<GitRemote>> remote();

 private:
  [[nodiscard]] Result<std::optional<GitRemote>> read_remote() const;

  const ClientOptions& options_;
  const Ssh& ssh_;
  std::optional<Result<std::optional<GitRemote>>> remote_;
};

}  // namespace minpaas::client
