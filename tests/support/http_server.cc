#include "tests/support/http_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "core/base/text.h"

namespace minpaas::test {
namespace {

constexpr std::size_t kReadBytes = 64UL << 10;

std::string url_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      decoded += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

/// Requests `gone` when the peer of `fd` hangs up; ends when `stop` is requested.
void watch(const std::stop_token& stop, int fd, std::stop_source gone, int wake) {
  pollfd entries[] = {{fd, POLLRDHUP, 0}, {wake, POLLIN, 0}};
  while (!stop.stop_requested() && ::poll(entries, 2, -1) >= 0) {
    if (entries[0].revents != 0) {
      gone.request_stop();
      return;
    }
  }
}

}  // namespace

bool HttpCall::fill() {
  const auto old = buffer_.size();
  buffer_.resize(old + kReadBytes);
  const ssize_t got = ::recv(fd_, buffer_.data() + old, kReadBytes, 0);
  buffer_.resize(old + static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  return got > 0;
}

bool HttpCall::read_head() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) {
      return false;
    }
  }
  const std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  const auto lines = split(head, '\n');
  const auto words = split(trim(lines[0]), ' ');
  if (words.size() != 3) {
    return false;
  }
  method = words[0];
  const auto mark = words[1].find('?');
  path = url_decoded(words[1].substr(0, mark));
  query.clear();
  for (const auto pair :
       split(mark == std::string_view::npos ? "" : words[1].substr(mark + 1), '&')) {
    const auto equals = pair.find('=');
    query[url_decoded(pair.substr(0, equals))] =
        equals == std::string_view::npos ? "" : url_decoded(pair.substr(equals + 1));
  }
  headers.clear();
  for (const auto line : std::span(lines).subspan(1)) {
    const auto colon = line.find(':');
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    headers[name] = colon == std::string_view::npos ? "" : trim(line.substr(colon + 1));
  }
  chunked_ = headers["transfer-encoding"] == "chunked";
  body_left_ = static_cast<std::size_t>(std::atoll(headers["content-length"].c_str()));
  body_done_ = !chunked_ && body_left_ == 0;
  return true;
}

Result<std::string> HttpCall::read_chunk() {
  const Error broken{ErrorCode::Disconnected, "the client is gone", "", ""};
  while (body_left_ == 0) {
    const auto end = buffer_.find("\r\n");
    if (end == std::string::npos) {
      if (!fill()) {
        return broken;
      }
      continue;
    }
    const std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    if (line.empty()) {
      continue;  // the end of the chunk before
    }
    body_left_ = static_cast<std::size_t>(std::strtoull(line.c_str(), nullptr, 16));
    if (body_left_ == 0) {
      body_done_ = true;
      while (buffer_.size() < 2) {
        if (!fill()) {
          return broken;
        }
      }
      buffer_.erase(0, 2);
      return std::string();
    }
  }
  if (buffer_.empty() && !fill()) {
    return broken;
  }
  const auto taken = std::min(body_left_, buffer_.size());
  std::string piece = buffer_.substr(0, taken);
  buffer_.erase(0, taken);
  body_left_ -= taken;
  return piece;
}

Result<std::string> HttpCall::read_some() {
  if (body_done_) {
    return std::string();
  }
  if (chunked_) {
    return read_chunk();
  }
  if (buffer_.empty() && !fill()) {
    return Error{ErrorCode::Disconnected, "the client is gone", "", ""};
  }
  const auto taken = std::min(body_left_, buffer_.size());
  std::string piece = buffer_.substr(0, taken);
  buffer_.erase(0, taken);
  body_left_ -= taken;
  body_done_ = body_left_ == 0;
  return piece;
}

Result<std::string> HttpCall::read_body() {
  std::string body;
  while (!body_done_) {
    body += TRY(read_some());
  }
  return body;
}

bool HttpCall::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      keep_ = false;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void HttpCall::answer(int status, std::string_view body, std::string_view type,
                      std::string_view more_headers) {
  const bool bodyless = status == 204 || status == 304;
  std::string head = fmt::format("HTTP/1.1 {} Answer\r\n{}", status, more_headers);
  if (!bodyless) {
    head += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", type, body.size());
  }
  head += "\r\n";
  send_all(head + (bodyless ? "" : std::string(body)));
  keep_ = keep_ && body_done_;
}

bool HttpCall::begin(int status, std::string_view type) {
  return send_all(
      fmt::format("HTTP/1.1 {} Answer\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
                  status, type));
}

bool HttpCall::write(std::string_view piece) {
  return piece.empty() || send_all(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
}

void HttpCall::end() {
  send_all("0\r\n\r\n");
  keep_ = keep_ && body_done_;
}

bool HttpCall::raw(std::string_view bytes) {
  return send_all(bytes);
}

std::string HttpCall::read_raw() {
  if (buffer_.empty()) {
    fill();
  }
  return std::exchange(buffer_, {});
}

void HttpCall::wait_for_close() const {
  // Without events asked for, only the end of both directions wakes it.
  pollfd entry{fd_, 0, 0};
  ::poll(&entry, 1, -1);
}

void HttpCall::close() {
  ::shutdown(fd_, SHUT_RDWR);
}

HttpServer::HttpServer(const std::filesystem::path& socket, Handler handler)
    : handler_(std::move(handler)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = socket.string();
  if (text.size() >= sizeof address.sun_path) {
    throw std::runtime_error("the path of the socket is too long");
  }
  std::copy(text.begin(), text.end(), address.sun_path);
  if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 64) != 0) {
    throw std::runtime_error("cannot listen on " + text);
  }
  acceptor_ = std::jthread([this] { accept_loop(); });
}

HttpServer::~HttpServer() {
  connections_.with([](Connections& connections) { connections.stopping = true; });
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  std::list<std::jthread> threads;
  connections_.with([&](Connections& connections) {
    for (const auto& fd : connections.open) {
      ::shutdown(fd.get(), SHUT_RDWR);
    }
    threads.swap(connections.threads);
  });
  threads.clear();  // joins
}

int HttpServer::connections() const {
  return connections_.with([](const Connections& connections) { return connections.accepted; });
}

void HttpServer::accept_loop() {
  for (;;) {
    Fd accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) {
      return;
    }
    connections_.with([&](Connections& connections) {
      if (connections.stopping) {
        return;
      }
      ++connections.accepted;
      const int fd = accepted.get();
      connections.open.push_back(std::move(accepted));
      connections.threads.emplace_back([this, fd] { serve(fd); });
    });
  }
}

void HttpServer::serve(int fd) {
  HttpCall call(fd);
  while (call.keep_ && call.read_head()) {
    call.gone_ = std::stop_source();
    const auto wake = WakeUp::make();
    {
      std::jthread watcher(watch, fd, call.gone_, wake->fd());
      handler_(call);
      watcher.request_stop();
      wake->signal();
    }
  }
  // The descriptor stays open until the server ends, so that its number is not used again.
  ::shutdown(fd, SHUT_RDWR);
}

}  // namespace minpaas::test
