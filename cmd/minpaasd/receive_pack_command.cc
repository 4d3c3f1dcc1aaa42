#include "receive_pack_command.h"

#include "sshd/git/receive_pack.h"
#include "stdio_service.h"

namespace minpaas {

int run_receive_pack(const std::filesystem::path& repository) {
  return serve_on_stdio(
      repository, [](git::Repository& opened, const std::string& protocol, ExecStreams& streams) {
        sshd::git::ReceivePackOptions options;
        options.protocol = protocol;
        sshd::git::BareTarget target(opened);
        return sshd::git::serve_receive_pack(opened, target, options, streams);
      });
}

}  // namespace minpaas
