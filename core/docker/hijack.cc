#include "core/docker/hijack.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/text.h"

namespace minpaas::docker {
namespace {

constexpr std::size_t kMostHeadBytes = 64UL << 10;
constexpr std::size_t kMostErrorBytes = 64UL << 10;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

Error broken(int why) {
  return {ErrorCode::Unavailable, "the Docker Engine closed the connection",
          "look whether it was stopped or restarted", std::strerror(why)};
}

Error no_engine(const std::string& path, int why) {
  if (why == EACCES) {
    return {ErrorCode::Unavailable,
            fmt::format("no permission to use the Docker Engine at {}", path),
            "run the server as root or as a member of the group docker", std::strerror(why)};
  }
  return {ErrorCode::Unavailable, fmt::format("no Docker Engine answers at {}", path),
          "start it (systemctl start docker), or set [docker] host to where it listens",
          std::strerror(why)};
}

Result<Fd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return no_engine(path, ENAMETOOLONG);
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    // EAGAIN as well: a unix socket that has no room for another connection.
    return no_engine(path, errno);
  }
  return socket;
}

/// One request and its answer up to where the program's bytes begin.
class Handshake {
 public:
  Handshake(Fd socket, milliseconds deadline)
      : socket_(std::move(socket)), deadline_(deadline), until_(now() + deadline) {}

  Result<void> send(std::string_view text);
  Result<Hijacked> answer();

 private:
  static SteadyTime now() { return std::chrono::steady_clock::now(); }

  Result<void> wait(short events);
  /// False at the end of the connection.
  Result<bool> fill();
  Result<void> collect_body(std::string_view head, Hijacked& into);

  Fd socket_;
  milliseconds deadline_;
  SteadyTime until_;
  std::string buffer_;
};

Result<void> Handshake::wait(short events) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until_ - now());
    if (left.count() <= 0) {
      return Error{
          ErrorCode::Timeout,
          fmt::format("the Docker Engine did not answer within {}", format_duration(deadline_)),
          "look whether the engine or its disk is overloaded", ""};
    }
    pollfd entry{socket_.get(), events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left.count()));
    if (ready > 0) {
      return {};
    }
    if (ready < 0 && errno != EINTR) {
      return broken(errno);
    }
  }
}

Result<void> Handshake::send(std::string_view text) {
  while (!text.empty()) {
    TRY(wait(POLLOUT));
    const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR && errno != EAGAIN) {
      return broken(errno);
    }
  }
  return {};
}

Result<bool> Handshake::fill() {
  std::array<char, 4096> block;
  for (;;) {
    TRY(wait(POLLIN));
    const ssize_t got = ::recv(socket_.get(), block.data(), block.size(), 0);
    if (got >= 0) {
      buffer_.append(block.data(), static_cast<std::size_t>(got));
      return got > 0;
    }
    if (errno != EINTR && errno != EAGAIN) {
      return broken(errno);
    }
  }
}

/// Of a refusal, whose length the engine says.
Result<void> Handshake::collect_body(std::string_view head, Hijacked& into) {
  constexpr std::string_view kLength = "\r\ncontent-length:";
  std::string lower(head);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  std::size_t length = kMostErrorBytes;
  if (const auto at = lower.find(kLength); at != std::string::npos) {
    const auto line = std::string_view(lower).substr(at + kLength.size());
    const auto told = parse_number(trim(line.substr(0, line.find('\r'))), "length", 0,
                                   static_cast<int>(kMostErrorBytes));
    length = told ? static_cast<std::size_t>(*told) : kMostErrorBytes;
  }
  while (buffer_.size() < length && TRY(fill())) {
  }
  into.body = buffer_.substr(0, length);
  return {};
}

Result<Hijacked> Handshake::answer() {
  std::size_t end = 0;
  while ((end = buffer_.find(kHeadEnd)) == std::string::npos) {
    if (buffer_.size() > kMostHeadBytes || !TRY(fill())) {
      return broken(ECONNRESET);
    }
  }
  const std::string head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + kHeadEnd.size());
  const auto status = parse_number(trim(head.substr(head.find(' ') + 1, 3)), "status", 100, 999);
  if (!head.starts_with("HTTP/1.") || !status) {
    return Error{ErrorCode::Corrupt, "what answers is no Docker Engine",
                 "set [docker] host to the engine's socket", ""};
  }
  Hijacked answer;
  answer.status = static_cast<int>(*status);
  if (answer.status >= 400) {
    TRY(collect_body(head, answer));
    return answer;
  }
  answer.socket = std::move(socket_);
  answer.first = std::move(buffer_);
  return answer;
}

}  // namespace

Result<Hijacked> hijack(const std::string& socket_path, const HijackRequest& request) {
  Handshake handshake(TRY(connect_to(socket_path)), request.deadline);
  TRY(handshake.send(fmt::format(
      "POST {} HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\n"
      "Upgrade: {}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n{}\r\n{}",
      request.target, request.protocol, request.json.size(), request.headers, request.json)));
  return handshake.answer();
}

}  // namespace minpaas::docker
