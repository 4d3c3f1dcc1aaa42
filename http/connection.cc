#include "http/connection.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "http/head_check.h"

namespace minpaas::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostHeadBytes = 32 * 1024;
constexpr std::size_t kChunk = 16 * 1024;
/// After these a stream begins by itself, and shows that it is alive.
constexpr seconds kSilence{1};
constexpr seconds kBeat{15};
constexpr seconds kLingerTime{2};
constexpr std::size_t kLingerBytes = 64 * 1024 * 1024;

bool wait_for(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      return false;
    }
    pollfd entry{fd, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left));
    if (ready > 0) {
      return true;
    }
    if (ready < 0 && errno != EINTR) {
      return false;
    }
  }
}

std::string address_text(const sockaddr_storage& address, int& port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    port = ntohs(v6.sin6_port);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    port = ntohs(v4.sin_port);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  }
  return text.data();
}

std::string chunk(const std::string& text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

}  // namespace

Connection::Connection(int fd, PeerTimes times)
    : fd_(fd), times_(times), deadline_(Clock::now() + times.head) {
  const int on = 1;
  const int idle_seconds = 60;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Some bytes more in the buffer; false at the end, at the deadline and after an error.
bool Connection::fill(Clock::time_point deadline) {
  if (!wait_for(fd_, POLLIN, deadline)) {
    return false;
  }
  std::array<char, kChunk> bytes{};
  const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (got <= 0) {
    return false;
  }
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

Head Connection::wait_for_head() {
  buffer_.erase(0, at_);
  at_ = 0;
  if (buffer_.empty() && !fill(Clock::now() + times_.idle)) {
    return Head::Closed;
  }
  const auto deadline = Clock::now() + times_.head;
  for (;;) {
    const auto end = buffer_.find("\r\n\r\n");
    if (end != std::string::npos && end <= kMostHeadBytes) {
      deadline_ = Clock::now() + times_.body;
      const HeadFault fault = check_head(std::string_view(buffer_).substr(0, end + 4));
      if (fault == HeadFault::None) {
        tell_httplib(end + 4);
      }
      return fault == HeadFault::None       ? Head::Ready
             : fault == HeadFault::NoLength ? Head::NoLength
                                            : Head::Malformed;
    }
    if (buffer_.size() > kMostHeadBytes) {
      return Head::TooLarge;
    }
    if (!fill(deadline)) {
      return Clock::now() >= deadline ? Head::TooSlow : Head::Closed;
    }
  }
}

/// What it would misunderstand in a head of this many bytes.
void Connection::tell_httplib(std::size_t size) {
  std::string head = without_ranges(std::string_view(buffer_).substr(0, size));
  if (lacks_length(head)) {
    head.insert(head.size() - 2, "Content-Length: 0\r\n");
  }
  buffer_.replace(0, size, head);
}

bool Connection::write_all(std::string_view bytes) {
  const auto deadline = Clock::now() + times_.write;
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent == 0 || (errno != EAGAIN && errno != EINTR) ||
               !wait_for(fd_, POLLOUT, deadline)) {
      ends_ = true;
      return false;
    }
  }
  return true;
}

void Connection::answer(const Reply& reply, const std::string& request_id) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, status_words(reply.status));
  for (const auto& [name, value] : reply.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
  }
  head += fmt::format(
      "Content-Type: {}\r\nContent-Length: {}\r\nX-Request-Id: {}\r\nConnection: close\r\n\r\n",
      reply.content_type, reply.body.size(), request_id);
  ends_ = true;
  write_all(head + reply.body);
}

void Connection::linger() {
  ::shutdown(fd_, SHUT_WR);
  const auto deadline = Clock::now() + kLingerTime;
  std::size_t dropped = 0;
  while (dropped < kLingerBytes) {
    buffer_.clear();
    if (!fill(deadline)) {
      return;
    }
    dropped += buffer_.size();
  }
}

std::string Connection::stream_head() const {
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Accel-Buffering: no\r\nX-Request-Id: {}\r\nTransfer-Encoding: chunked\r\n"
      "Connection: close\r\n\r\n",
      request_id_);
}

bool Connection::send(std::string_view event, std::string_view id, std::string_view data) {
  const std::scoped_lock lock(stream_);
  const std::string head = begun_ ? "" : stream_head();
  begun_ = true;
  last_write_ = Clock::now();
  // A peer that does not read holds no thread: it goes on by Last-Event-ID.
  broken_ = broken_ || !write_all(head + chunk(format_event(event, id, data)));
  return !broken_;
}

void Connection::expect() {
  const std::scoped_lock lock(stream_);
  expected_ = true;
  last_write_ = Clock::now();
}

bool Connection::has_begun() {
  const std::scoped_lock lock(stream_);
  expected_ = expected_ && begun_;
  return begun_;
}

void Connection::finish_events() {
  const std::scoped_lock lock(stream_);
  expected_ = false;
  ends_ = true;
  if (!broken_) {
    write_all("0\r\n\r\n");
  }
}

void Connection::keep_alive() {
  const std::unique_lock lock(stream_, std::try_to_lock);
  const auto now = Clock::now();
  if (!lock || !expected_ || broken_ || now - last_write_ < (begun_ ? kBeat : kSilence)) {
    return;
  }
  const std::string text = begun_ ? chunk(":\n\n") : stream_head();
  const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) {
    begun_ = true;
    last_write_ = now;
    broken_ = static_cast<std::size_t>(sent) < text.size();
  }
}

bool Connection::is_readable() const {
  return at_ < buffer_.size() || wait_for(fd_, POLLIN, deadline_);
}

bool Connection::is_writable() const {
  return wait_for(fd_, POLLOUT, Clock::now() + times_.write);
}

ssize_t Connection::read(char* into, size_t size) {
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
    if (!fill(deadline_)) {
      // What still comes is the rest of this request, and not another one.
      ends_ = true;
      too_slow_ = Clock::now() >= deadline_;
      return -1;
    }
  }
  const auto count = buffer_.copy(into, size, at_);
  at_ += count;
  return static_cast<ssize_t>(count);
}

/// What httplib would still write after a stream is none of the peer's.
ssize_t Connection::write(const char* from, size_t size) {
  if (begun_) {
    return static_cast<ssize_t>(size);
  }
  return write_all({from, size}) ? static_cast<ssize_t>(size) : -1;
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    ip = address_text(address, port);
  }
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    ip = address_text(address, port);
  }
}

}  // namespace minpaas::http
