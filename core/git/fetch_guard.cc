#include "core/git/fetch_guard.h"

#include <fmt/format.h>
#include <git2/sys/stream.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>

#include "core/base/text.h"

namespace minpaas::git {
namespace {

thread_local FetchGuard* guard_of_thread = nullptr;

/// git_stream comes first: libgit2 knows only that.
struct GuardedStream {
  git_stream parent{};
  std::string host;
  std::string port;
  Fd socket;
};

GuardedStream& self(git_stream* stream) {
  return *reinterpret_cast<GuardedStream*>(stream);
}

int on_connect(git_stream* stream) noexcept {
  FetchGuard* guard = FetchGuard::current();
  if (guard == nullptr) {
    return -1;
  }
  GuardedStream& connection = self(stream);
  if (!guard->bounds().only_port.empty() && connection.port != guard->bounds().only_port) {
    return guard->fail({ErrorCode::PermissionDenied,
                        fmt::format("the repository's server leads to port {}, where a password for"
                                    " port {} is not sent",
                                    connection.port, guard->bounds().only_port),
                        "give the URL that it leads to", ""});
  }
  const auto deadline = std::min(guard->bounds().deadline,
                                 std::chrono::steady_clock::now() + guard->bounds().connect);
  auto dialled =
      dial(connection.host, connection.port, guard->bounds().reach, deadline, guard->stop());
  if (!dialled) {
    return guard->fail(
        dialled.error().code == ErrorCode::Timeout
            ? Error{ErrorCode::Timeout, fmt::format("{} does not answer", connection.host), "", ""}
            : dialled.error());
  }
  connection.socket = *std::move(dialled);
  return 0;
}

ssize_t on_read(git_stream* stream, void* into, size_t size) noexcept {
  FetchGuard* guard = FetchGuard::current();
  const int fd = self(stream).socket.get();
  for (;;) {
    if (guard == nullptr || guard->wait(fd, POLLIN) != 0) {
      return -1;
    }
    const ssize_t got = ::recv(fd, into, size, 0);
    if (got >= 0) {
      return guard->count(static_cast<std::size_t>(got)) == 0 ? got : -1;
    }
    if (errno != EAGAIN && errno != EINTR) {
      return guard->fail({ErrorCode::Unavailable, "the connection was lost", "try again", ""});
    }
  }
}

ssize_t on_write(git_stream* stream, const char* bytes, size_t size, int /*flags*/) noexcept {
  FetchGuard* guard = FetchGuard::current();
  const int fd = self(stream).socket.get();
  for (;;) {
    if (guard == nullptr || guard->wait(fd, POLLOUT) != 0) {
      return -1;
    }
    const ssize_t sent = ::send(fd, bytes, std::min<size_t>(size, SSIZE_MAX), MSG_NOSIGNAL);
    if (sent >= 0) {
      return sent;
    }
    if (errno != EAGAIN && errno != EINTR) {
      return guard->fail({ErrorCode::Unavailable, "the connection was lost", "try again", ""});
    }
  }
}

int on_close(git_stream* stream) noexcept {
  self(stream).socket.reset();
  return 0;
}

void on_free(git_stream* stream) noexcept {
  delete reinterpret_cast<GuardedStream*>(stream);
}

int on_new(git_stream** out, const char* host, const char* port) noexcept {
  auto stream = std::make_unique<GuardedStream>();
  stream->parent.version = GIT_STREAM_VERSION;
  stream->parent.connect = on_connect;
  stream->parent.read = on_read;
  stream->parent.write = on_write;
  stream->parent.close = on_close;
  stream->parent.free = on_free;
  stream->host = host;
  stream->port = port;
  *out = &stream.release()->parent;
  return 0;
}

}  // namespace

FetchGuard::FetchGuard(Bounds bounds, std::stop_token stop)
    : bounds_(std::move(bounds)), stop_(std::move(stop)) {
  guard_of_thread = this;
}

FetchGuard::~FetchGuard() {
  guard_of_thread = nullptr;
}

FetchGuard* FetchGuard::current() {
  return guard_of_thread;
}

SteadyTime FetchGuard::next_deadline() const {
  return std::min(bounds_.deadline, std::chrono::steady_clock::now() + bounds_.silence);
}

int FetchGuard::wait(int fd, short events) {
  const SteadyTime until = next_deadline();
  const auto ready = wait_for(fd, events, until, stop_);
  if (ready) {
    return 0;
  }
  if (ready.error().code != ErrorCode::Timeout) {
    return fail(ready.error());
  }
  const bool out_of_time = until == bounds_.deadline;
  return fail({ErrorCode::Timeout,
               out_of_time ? "the repository takes too long to arrive"
                           : fmt::format("nothing came from the repository's server for {}",
                                         format_duration(bounds_.silence)),
               out_of_time ? "let the administrator raise [sources] timeout" : "try again later",
               ""});
}

int FetchGuard::count(std::size_t bytes) {
  received_ += static_cast<long long>(bytes);
  if (received_ <= bounds_.bytes) {
    return 0;
  }
  return fail({ErrorCode::InvalidInput,
               fmt::format("the repository has more than {}", format_bytes(bounds_.bytes)),
               "deploy from a smaller one, or let the administrator raise [git] max_pack_bytes",
               ""});
}

int FetchGuard::fail(Error error) {
  if (!failed_) {
    failed_ = std::move(error);
  }
  git_error_set_str(GIT_ERROR_NET, failed_->message.c_str());
  return -1;
}

void guard_connections() {
  static std::once_flag once;
  std::call_once(once, [] {
    git_stream_registration registration{};
    registration.version = GIT_STREAM_VERSION;
    registration.init = on_new;
    git_stream_register(GIT_STREAM_STANDARD, &registration);
  });
}

}  // namespace minpaas::git
