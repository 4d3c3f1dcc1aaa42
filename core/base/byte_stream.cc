#include "core/base/byte_stream.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace minpaas {
namespace {

/// A writer whose peer takes nothing for this long is given up.
constexpr std::chrono::seconds kWriteStall{120};

/// Waits until the descriptor is ready for `events`. Errors: Timeout.
Result<void> wait_ready(int fd, short events, SteadyTime deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(
        deadline - std::chrono::steady_clock::now() + milliseconds(1));
    if (left.count() <= 0) {
      return Error{ErrorCode::Timeout, "the peer sent or took nothing for too long", "", ""};
    }
    pollfd entry{fd, events, 0};
    const int ready =
        ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 3'600'000)));
    if (ready > 0) {
      return {};
    }
    if (ready < 0 && errno != EINTR) {
      return Error{ErrorCode::Disconnected, "the connection broke", "", std::strerror(errno)};
    }
  }
}

}  // namespace

Result<std::size_t> FdReader::read(std::span<std::byte> into, SteadyTime deadline) {
  for (;;) {
    TRY(wait_ready(fd_, POLLIN, deadline));
    const ssize_t got = ::read(fd_, into.data(), into.size());
    if (got >= 0) {
      return static_cast<std::size_t>(got);
    }
    if (errno != EINTR && errno != EAGAIN) {
      return Error{ErrorCode::Disconnected, "the connection broke", "", std::strerror(errno)};
    }
  }
}

Result<void> FdWriter::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    TRY(wait_ready(fd_, POLLOUT, std::chrono::steady_clock::now() + kWriteStall));
    const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    } else if (errno != EINTR && errno != EAGAIN) {
      return Error{ErrorCode::Disconnected, "the peer is gone", "", std::strerror(errno)};
    }
  }
  return {};
}

}  // namespace minpaas
