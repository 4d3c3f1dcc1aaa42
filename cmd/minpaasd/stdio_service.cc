#include "stdio_service.h"

#include <unistd.h>

#include <cstdlib>

#include "core/base/log.h"
#include "sshd/git/receive_pack.h"

namespace minpaas {

int serve_on_stdio(const std::filesystem::path& repository, const GitService& service) {
  log::set_level(log::Level::Error);
  const git::Library library;
  FdReader in(STDIN_FILENO);
  FdWriter out(STDOUT_FILENO);
  FdWriter err(STDERR_FILENO);
  ExecStreams streams{in, out, err, {}};
  auto opened = git::Repository::open(repository);
  if (!opened) {
    return sshd::git::refuse_service(opened.error().message, streams);
  }
  const char* protocol = std::getenv("GIT_PROTOCOL");
  return service(*opened, protocol == nullptr ? "" : protocol, streams);
}

}  // namespace minpaas
