#include "core/docker/socket_attachment.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace minpaas::docker {
namespace {

constexpr std::size_t kBlockBytes = 64UL << 10;

Error lost(int why) {
  return {ErrorCode::Unavailable, "the Docker Engine closed the connection",
          "look whether it was stopped or restarted", std::strerror(why)};
}

}  // namespace

SocketAttachment::SocketAttachment(Hijacked connection, Framing framing, WakeUp reader,
                                   WakeUp writer)
    : socket_(std::move(connection.socket)),
      framing_(framing),
      block_(std::max(kBlockBytes, connection.first.size())),
      reader_(std::move(reader)),
      writer_(std::move(writer)) {
  std::memcpy(block_.data(), connection.first.data(), connection.first.size());
  unread_ = std::span(block_).first(connection.first.size());
}

Result<std::unique_ptr<Attachment>> SocketAttachment::make(Hijacked connection, Framing framing) {
  auto reader = TRY(WakeUp::make());
  auto writer = TRY(WakeUp::make());
  return std::unique_ptr<Attachment>(
      new SocketAttachment(std::move(connection), framing, std::move(reader), std::move(writer)));
}

Result<void> SocketAttachment::wait(short events, const WakeUp& wake, const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [&wake] { wake.signal(); });
  std::array<pollfd, 2> entries{{{socket_.get(), events, 0}, {wake.fd(), POLLIN, 0}}};
  while (!stop.stop_requested()) {
    const int ready = ::poll(entries.data(), entries.size(), -1);
    if (entries[0].revents != 0) {
      return {};
    }
    if (ready < 0 && errno != EINTR) {
      return lost(errno);
    }
    // Left over from a call that was stopped.
    wake.clear();
  }
  return Error{ErrorCode::Cancelled, "cancelled", "", ""};
}

Result<void> SocketAttachment::refill(const std::stop_token& stop) {
  for (;;) {
    TRY(wait(POLLIN, reader_, stop));
    const ssize_t got = ::recv(socket_.get(), block_.data(), block_.size(), 0);
    if (got >= 0) {
      unread_ = std::span(block_).first(static_cast<std::size_t>(got));
      ended_ = got == 0;
      return ended_ && !frames_.between_frames() ? Result<void>(lost(ECONNRESET)) : Result<void>();
    }
    if (errno != EINTR && errno != EAGAIN) {
      return lost(errno);
    }
  }
}

Result<std::optional<ProgramOutput>> SocketAttachment::next_piece() {
  if (framing_ == Framing::Frames) {
    return frames_.next(unread_);
  }
  const auto all = std::exchange(unread_, {});
  return all.empty() ? std::nullopt : std::optional(ProgramOutput{LogStream::Out, all});
}

Result<ProgramOutput> SocketAttachment::read(const std::stop_token& stop) {
  for (;;) {
    if (const auto piece = TRY(next_piece())) {
      return *piece;
    }
    if (ended_) {
      return ProgramOutput{};
    }
    TRY(refill(stop));
  }
}

Result<void> SocketAttachment::write(std::span<const std::byte> bytes,
                                     const std::stop_token& stop) {
  while (!bytes.empty()) {
    TRY(wait(POLLOUT, writer_, stop));
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (errno != EINTR && errno != EAGAIN) {
      return Error{ErrorCode::Disconnected, "the program reads no more", "", std::strerror(errno)};
    }
  }
  return {};
}

void SocketAttachment::end_input() {
  ::shutdown(socket_.get(), SHUT_WR);
}

}  // namespace minpaas::docker
