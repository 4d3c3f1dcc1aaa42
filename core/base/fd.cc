#include "core/base/fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace minpaas {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

Result<WakeUp> WakeUp::make() {
  Fd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) {
    return Error{ErrorCode::Unavailable, "no file descriptor is free", "", std::strerror(errno)};
  }
  return WakeUp(std::move(fd));
}

void WakeUp::signal() const {
  const std::uint64_t one = 1;
  // EAGAIN means that the counter is full, so the reader is already awake.
  static_cast<void>(!::write(fd_.get(), &one, sizeof one));
}

void WakeUp::clear() const {
  std::uint64_t count = 0;
  static_cast<void>(!::read(fd_.get(), &count, sizeof count));
}

}  // namespace minpaas
