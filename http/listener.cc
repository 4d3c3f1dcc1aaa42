#include "http/listener.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <random>

#include "core/base/log.h"
#include "core/base/text.h"
#include "http/connection.h"
#include "http/connection_threads.h"

namespace minpaas::http {
namespace {

constexpr int kRequestsPerConnection = 1000;
/// Connections that wait to be accepted. httplib would have 5, behind which a burst of them is lost
/// and comes again a second later; the system cuts it to net.core.somaxconn.
constexpr int kBacklog = 1024;

/// What the handlers of one request share; httplib runs them on the connection's thread.
struct Current {
  Connection* connection = nullptr;
  std::optional<Admitted> admitted = {};
  std::string request_id = {};
  /// httplib has understood it; else the rest of it is still to come.
  bool is_parsed = false;
};

thread_local Current current;

std::string make_request_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("{:016x}", random());
}

/// The peer's own where it is short and plain, so that it cannot write headers or log lines.
std::string request_id_of(const httplib::Request& request) {
  constexpr std::size_t kMost = 64;
  const std::string given = request.get_header_value("X-Request-Id");
  const bool plain = std::ranges::all_of(given, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  return given.empty() || given.size() > kMost || !plain ? make_request_id() : given;
}

Request request_of(const httplib::Request& from) {
  Request request{.method = from.method, .target = from.target};
  for (const auto& [name, value] : from.headers) {
    std::string key(name);
    std::ranges::transform(key, key.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers.emplace(std::move(key), value);
  }
  request.body = from.body;
  request.from = from.remote_addr;
  request.id = current.request_id;
  return request;
}

std::size_t body_bytes(const httplib::Request& request) {
  const auto length = parse_number(trim(request.get_header_value("Content-Length")), "", 0,
                                   std::numeric_limits<long long>::max());
  return length ? static_cast<std::size_t>(*length) : 0;
}

void put(const Reply& reply, httplib::Response& response) {
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) {
    response.set_header(name, value);
  }
  response.set_header("X-Request-Id", current.request_id);
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  // httplib would say bytes.
  response.set_header("Accept-Ranges", "none");
  response.set_content(reply.body, reply.content_type);
}

/// What httplib refuses by itself.
Problem problem_of_status(int status) {
  return {
      .status = status,
      .code = status < 500 ? "invalid_input" : "internal",
      .detail = status == 414 ? "the path is too long" : "this is no request that is understood"};
}

std::optional<Problem> problem_of(Head head) {
  switch (head) {
    case Head::Ready:
    case Head::Closed:
      return std::nullopt;
    case Head::TooLarge:
      return Problem{.status = 431, .code = "invalid_input", .detail = "the headers are too long"};
    case Head::TooSlow:
      return Problem{.status = 408, .code = "timeout", .detail = "the request came too slowly"};
    case Head::Malformed:
      return Problem{.status = 400, .code = "invalid_input", .detail = "the headers are malformed"};
    case Head::NoLength:
      return Problem{.status = 411,
                     .code = "invalid_input",
                     .detail = "a body is sent as it is, with Content-Length"};
  }
  return std::nullopt;
}

/// httplib would set SO_REUSEPORT, with which a second server could take half of the connections.
void reuse_address(int fd) {
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

}  // namespace

Listener::Listener(Api& api, PeerWatch& watch, int most_connections) : api_(api), watch_(watch) {
  set_socket_options(reuse_address);
  set_payload_max_length(api.limits().most_body_bytes);
  new_task_queue = [this, most_connections] {
    return new ConnectionThreads(static_cast<std::size_t>(most_connections),
                                 [this] { return make_room(); });
  };
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    return admit(request, response);
  });
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    serve(request, response);
  };
  for (auto method : {&Listener::Get, &Listener::Delete}) {
    (this->*method)(".*", handler);
  }
  Post(".*", handler);
  Put(".*", handler);
  Patch(".*", handler);
  set_error_handler([](const httplib::Request&, httplib::Response& response) {
    const Connection* connection = current.connection;
    if (connection != nullptr && connection->ends()) {
      response.set_header("Connection", "close");
    }
    if (response.body.empty()) {
      put(reply_from(connection != nullptr && connection->was_too_slow()
                         ? *problem_of(Head::TooSlow)
                         : problem_of_status(response.status)),
          response);
    }
  });
  set_exception_handler(
      [](const httplib::Request& request, httplib::Response& response, std::exception_ptr) {
        log::error("a bug: an exception left the handler of {}", escape_controls(request.path));
        put(reply_from({.status = 500, .code = "internal", .detail = "the server has failed"}),
            response);
      });
}

Listener::~Listener() {
  end();
}

Result<void> Listener::bind(const config::ListenAddress& address) {
  const bool bound = address.port == 0 ? (port_ = bind_to_any_port(address.address)) > 0
                                       : bind_to_port(address.address, address.port);
  if (!bound) {
    return Error{ErrorCode::Conflict,
                 fmt::format("cannot listen for HTTP on {} port {}", address.address, address.port),
                 "another program may have it; set [http] listen", ""};
  }
  port_ = address.port == 0 ? port_ : address.port;
  if (::listen(svr_sock_, kBacklog) != 0) {
    return Error{ErrorCode::Unavailable, fmt::format("cannot listen for HTTP on port {}", port_),
                 "", ""};
  }
  return {};
}

void Listener::start() {
  thread_ = std::thread([this] { listen_after_bind(); });
}

/// Connections without a request end at once, the others with their request.
void Listener::end() {
  if (ending_.exchange(true)) {
    return;
  }
  if (thread_.joinable()) {
    // httplib knows only then that it runs, and stop() does nothing before.
    while (!is_running()) {
      std::this_thread::yield();
    }
  }
  open_.with([](const auto& open) {
    for (const auto& [fd, waiting] : open) {
      ::shutdown(fd, SHUT_RD);
    }
  });
  stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool Listener::process_and_close_socket(socket_t socket) {
  const Fd fd(socket);
  if (ConnectionThreads::is_beyond()) {
    Connection connection(socket);
    connection.answer(reply_from({.status = 503,
                                  .code = "busy",
                                  .detail = "too many connections are open",
                                  .headers = {{"Retry-After", "5"}}}),
                      make_request_id());
    return false;
  }
  note(socket, std::chrono::steady_clock::now());
  serve_connection(socket);
  open_.with([&](auto& open) { open.erase(socket); });
  return true;
}

void Listener::note(int fd, Waiting waiting) {
  open_.with([&](auto& open) { open[fd] = waiting; });
}

/// Ends the connection that waits longest for a request, or for all of one; false where none does.
/// Whoever only has a connection, from wherever and however many, keeps nobody else from having
/// one.
bool Listener::make_room() {
  return open_.with([](auto& open) {
    auto oldest = open.end();
    for (auto one = open.begin(); one != open.end(); ++one) {
      if (one->second && (oldest == open.end() || *one->second < *oldest->second)) {
        oldest = one;
      }
    }
    if (oldest == open.end()) {
      return false;
    }
    // Its thread reads the end, and goes. It is not chosen again meanwhile.
    ::shutdown(oldest->first, SHUT_RD);
    oldest->second.reset();
    return true;
  });
}

void Listener::serve_connection(int fd) {
  Connection connection(fd);
  for (int count = 1; !connection.ends() && !ending_; ++count) {
    if (count > 1) {
      note(fd, std::chrono::steady_clock::now());
    }
    const Head head = connection.wait_for_head();
    if (head == Head::Closed) {
      return;
    }
    current = {.connection = &connection, .request_id = make_request_id()};
    if (const auto problem = problem_of(head)) {
      connection.answer(reply_from(*problem), current.request_id);
      break;
    }
    bool closed = false;
    const bool last = count >= kRequestsPerConnection || ending_;
    const bool done = process_request(connection, last, closed, nullptr);
    if (!done || closed || last || !current.is_parsed) {
      break;
    }
  }
  current = {};
  connection.linger();
}

Listener::HandlerResponse Listener::admit(const httplib::Request& request,
                                          httplib::Response& response) {
  current.is_parsed = true;
  current.request_id = request_id_of(request);
  const std::size_t bytes = body_bytes(request);
  const bool takes_no_body = request.method == "GET" || request.method == "HEAD";
  OrProblem<Admitted> admitted =
      takes_no_body && bytes > 0
          ? Problem{.status = 400, .code = "invalid_input", .detail = "GET has no body here"}
          : api_.admit(request_of(request), bytes);
  if (auto* problem = std::get_if<Problem>(&admitted)) {
    if (bytes > 0) {
      current.connection->end_after();
      response.set_header("Connection", "close");
    }
    put(reply_from(*problem), response);
    return HandlerResponse::Handled;
  }
  current.admitted = std::move(std::get<Admitted>(admitted));
  return HandlerResponse::Unhandled;
}

void Listener::serve(const httplib::Request& request, httplib::Response& response) {
  current.connection->set_request_id(current.request_id);
  Connection& connection = *current.connection;
  note(connection.socket(), std::nullopt);
  const PeerWatch::Watched watched(watch_, connection.socket(),
                                   [&connection] { connection.keep_alive(); });
  const auto reply = api_.serve(*current.admitted, request_of(request), *current.connection,
                                watched.gone(), watch_.ending());
  if (reply) {
    put(*reply, response);
  } else {
    current.connection->finish_events();
    response.status = 200;
  }
}

}  // namespace minpaas::http
