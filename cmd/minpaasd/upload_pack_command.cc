#include "upload_pack_command.h"

#include "sshd/git/upload_pack.h"
#include "stdio_service.h"

namespace minpaas {

int run_upload_pack(const std::filesystem::path& repository) {
  return serve_on_stdio(
      repository, [](git::Repository& opened, const std::string& protocol, ExecStreams& streams) {
        sshd::git::UploadPackOptions options;
        options.protocol = protocol;
        return sshd::git::serve_upload_pack(opened, options, streams);
      });
}

}  // namespace minpaas
