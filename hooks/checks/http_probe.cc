#include "hooks/checks/http_probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostStatusLineBytes = 4096;
constexpr std::string_view kVersionPrefix = "HTTP/1.";

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

std::optional<SocketAddress> to_socket_address(const std::string& address, int port) {
  SocketAddress result;
  auto* four = reinterpret_cast<sockaddr_in*>(&result.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&result.storage);
  if (inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(static_cast<std::uint16_t>(port));
    result.length = sizeof(*four);
  } else if (inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(static_cast<std::uint16_t>(port));
    result.length = sizeof(*six);
  } else {
    return std::nullopt;
  }
  return result;
}

bool is_host(std::string_view name) {
  constexpr std::string_view kHost = "host";
  return std::ranges::equal(name, kHost, {}, [](unsigned char c) { return std::tolower(c); });
}

std::string text_of(const HttpRequest& request) {
  if (request.path.empty()) {
    return "";
  }
  const bool names_host = std::ranges::any_of(
      request.headers, [](const auto& header) { return is_host(header.first); });
  std::string text = fmt::format("GET {} HTTP/1.{}\r\n", request.path, request.keeps_body ? 0 : 1);
  text += names_host ? "" : "Host: localhost\r\n";
  for (const auto& [name, value] : request.headers) {
    text += fmt::format("{}: {}\r\n", name, value);
  }
  return text + "User-Agent: MinPaas-Check\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<int> parse_status_line(std::string_view received) {
  if (!kVersionPrefix.starts_with(received.substr(0, kVersionPrefix.size()))) {
    return 0;
  }
  const auto end = received.find('\n');
  if (end == std::string_view::npos) {
    return received.size() > kMostStatusLineBytes ? std::optional<int>(0) : std::nullopt;
  }
  // `HTTP/1.1 200 OK`: one version digit, a space, three digits, then a space or the end.
  const auto line = received.substr(0, end);
  const auto code = kVersionPrefix.size() + 2;
  if (line.size() < code + 3 || !is_digit(line[code - 2]) || line[code - 1] != ' ' ||
      !is_digit(line[code]) || !is_digit(line[code + 1]) || !is_digit(line[code + 2]) ||
      (line.size() > code + 3 && is_digit(line[code + 3]))) {
    return 0;
  }
  return (line[code] - '0') * 100 + (line[code + 1] - '0') * 10 + (line[code + 2] - '0');
}

HttpProbe::HttpProbe(const HttpRequest& request)
    : request_(text_of(request)),
      keeps_body_(request.keeps_body),
      answer_timeout_(request.answer_timeout) {}

std::string_view HttpProbe::body() const {
  const auto end = received_.find("\r\n\r\n");
  return end == std::string::npos ? std::string_view()
                                  : std::string_view(received_).substr(end + 4);
}

void HttpProbe::start(const std::string& address, int port, SteadyTime now) {
  socket_.reset();
  answered_ = false;
  connecting_ = true;
  sent_ = 0;
  received_.clear();
  dropped_ = 0;
  deadline_ = now + kConnectTimeout;
  const auto target = to_socket_address(address, port);
  if (!target) {
    return end(Outcome::Unreachable);
  }
  socket_ = Fd(::socket(target->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) {
    return end(Outcome::Unreachable);
  }
  const auto* raw = reinterpret_cast<const sockaddr*>(&target->storage);
  if (::connect(socket_.get(), raw, target->length) != 0 && errno != EINPROGRESS) {
    end(errno == ECONNREFUSED ? Outcome::Refused : Outcome::Unreachable);
  }
}

pollfd HttpProbe::poll_entry() const {
  const bool writing = connecting_ || unsent();
  return {socket_.get(), static_cast<short>(writing ? POLLOUT : POLLIN), 0};
}

void HttpProbe::advance(short ready, SteadyTime now) {
  if (busy() && ready != 0 && connecting_) {
    connected();
    deadline_ = now + answer_timeout_;
  }
  if (busy() && ready != 0 && !connecting_ && unsent()) {
    send();
  }
  if (busy() && ready != 0 && !connecting_ && !unsent()) {
    receive();
  }
  if (busy() && now >= deadline_) {
    end(connecting_ ? Outcome::Unreachable : Outcome::Silent);
  }
}

void HttpProbe::connected() {
  int error = 0;
  socklen_t length = sizeof(error);
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) {
    return end(error == ECONNREFUSED ? Outcome::Refused : Outcome::Unreachable);
  }
  connecting_ = false;
  if (request_.empty()) {
    end(Outcome::Connected);
  }
}

void HttpProbe::send() {
  const auto sent =
      ::send(socket_.get(), request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
  if (sent >= 0) {
    sent_ += static_cast<std::size_t>(sent);
  } else if (errno != EAGAIN && errno != EINTR) {
    end(Outcome::Closed);
  }
}

void HttpProbe::receive() {
  std::array<char, 16384> buffer;
  const auto got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (got <= 0) {
    return end(Outcome::Closed);
  }
  // The rest of an answer is read and dropped: closing on unread data resets the connection, which
  // simple servers report as an error in the app's log.
  if (answered_) {
    dropped_ += static_cast<std::size_t>(got);
    if (keeps_body_ && dropped_ <= kMostDropped) {
      received_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return dropped_ > kMostDropped ? end(outcome_) : void();
  }
  received_.append(buffer.data(), static_cast<std::size_t>(got));
  const auto status = parse_status_line(received_);
  if (!status) {
    return;
  }
  status_ = *status;
  outcome_ = status_ == 0 ? Outcome::NotHttp : Outcome::Answered;
  answered_ = true;
}

void HttpProbe::end(Outcome outcome) {
  socket_.reset();
  if (!answered_) {
    outcome_ = outcome;
  }
}

}  // namespace minpaas::hooks
