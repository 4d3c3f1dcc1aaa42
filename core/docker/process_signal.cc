#include "core/docker/process_signal.h"

#include <cerrno>
#include <csignal>
#include <cstring>

namespace minpaas::docker {

Result<void> signal_process_group(int pid, Signal signal) {
  // 0 and 1 would mean our own group and everything.
  if (pid <= 1) {
    return {};
  }
  const int number = number_of(signal);
  if (::kill(-pid, number) == 0 || ::kill(pid, number) == 0 || errno == ESRCH) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied, "this server may not signal the program",
               "give the server CAP_KILL (config/minpaasd.service does), or run it as root",
               std::strerror(errno)};
}

}  // namespace minpaas::docker
