#include "upload_pack_command.h"

#include <unistd.h>

#include <cstdlib>

#include "core/base/byte_stream.h"
#include "core/base/log.h"
#include "core/git/repository.h"
#include "sshd/git/receive_pack.h"
#include "sshd/git/upload_pack.h"

namespace minpaas {

int run_upload_pack(const std::filesystem::path& repository) {
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
  sshd::git::UploadPackOptions options;
  if (const char* protocol = std::getenv("GIT_PROTOCOL"); protocol != nullptr) {
    options.protocol = protocol;
  }
  return sshd::git::serve_upload_pack(*opened, options, streams);
}

}  // namespace minpaas
