#include "sshd/packet_size_guard.h"

#include <libssh/callbacks.h>

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <cstring>

namespace minpaas::sshd {
namespace {

/// What the loop logs after each packet, in channel_write_common of libssh 0.10.
constexpr const char* kLogged = "ssh_channel_write wrote ";

struct Guard {
  std::jmp_buf out;
  long least = 0;
};

/// Log callbacks of libssh are per thread, and so is this.
thread_local Guard* current_guard = nullptr;

/// Only C frames without anything to clean up lie between here and setjmp: at this point of the
/// loop libssh holds no lock, and the packet has been handed to the socket.
void leave_when_too_small(int /*priority*/, const char* /*function*/, const char* text,
                          void* /*user*/) {
  const char* found = std::strstr(text, kLogged);
  if (found == nullptr || current_guard == nullptr) {
    return;
  }
  const long written = std::strtol(found + std::strlen(kLogged), nullptr, 10);
  if (written < current_guard->least) {
    std::longjmp(current_guard->out, 1);
  }
  // The size is known now, and every further packet but the last has it.
  ssh_set_log_level(SSH_LOG_NONE);
}

int write_to(ssh_channel channel, OutputStream stream, const char* bytes, std::uint32_t length) {
  return stream == OutputStream::Out ? ssh_channel_write(channel, bytes, length)
                                     : ssh_channel_write_stderr(channel, bytes, length);
}

}  // namespace

int write_first(ssh_channel channel, OutputStream stream, const char* bytes, std::uint32_t length) {
  Guard guard;
  // A short window shortens the first packet as well, and is no offence.
  guard.least = std::min({length, kLeastPacket, ssh_channel_window_size(channel)});
  current_guard = &guard;
  ssh_set_log_callback(leave_when_too_small);
  ssh_set_log_level(SSH_LOG_PACKET);
  const int result =
      setjmp(guard.out) == 0 ? write_to(channel, stream, bytes, length) : kHostilePacketSize;
  ssh_set_log_level(SSH_LOG_NONE);
  current_guard = nullptr;
  return result;
}

}  // namespace minpaas::sshd
