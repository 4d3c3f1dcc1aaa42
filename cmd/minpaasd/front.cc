// The program that people start. A push with `receive-pack DIR` is served here and now; for all
// else the server program beside this file takes the process over. The server loads some 60
// libraries, which takes longer than a small push does.

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "receive_pack_command.h"

namespace {

/// A shell's status for a program that cannot be started.
constexpr int kCannotStart = 126;

int become_server(char** argv) {
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  const auto server = self.parent_path() / "minpaasd-server";
  ::execv(server.c_str(), argv);
  std::fprintf(stderr, "minpaasd: cannot start %s: %s\n", server.c_str(), std::strerror(errno));
  return kCannotStart;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_push =
      argc == 3 && std::string_view(argv[1]) == "receive-pack" && argv[2][0] != '-';
  if (!is_push) {
    return become_server(argv);
  }
  // A peer that goes away and a full disk are errors of one call, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return minpaas::run_receive_pack(argv[2]);
}
