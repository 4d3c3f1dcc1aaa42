#include "core/router/request_log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "core/base/file.h"
#include "core/router/request_batch.h"

namespace minpaas::router {
namespace {

/// What an unprivileged process may ask for. About 5000 lines.
constexpr int kPipeBytes = 1 << 20;
constexpr milliseconds kTellInterval{250};
/// So that a busy HAProxy does not wake the reader for each line.
constexpr milliseconds kGather{20};

bool is_pipe(const std::filesystem::path& path) {
  struct stat found {};

  return ::lstat(path.c_str(), &found) == 0 && S_ISFIFO(found.st_mode);
}

/// False: `wake` was signalled. `pipe` can be none; `patience` below zero is for ever.
bool wait(const WakeUp& wake, int pipe, milliseconds patience) {
  std::array<pollfd, 2> entries{{{wake.fd(), POLLIN, 0}, {pipe, POLLIN, 0}}};
  ::poll(entries.data(), entries.size(), static_cast<int>(patience.count()));
  return entries[0].revents == 0;
}

/// At most what fits into the pipe, so that there is an end to it.
void read_all(const Fd& pipe, RequestBatch& batch, const RequestNames& names) {
  std::array<char, 1 << 16> buffer{};
  for (int left = kPipeBytes; left > 0;) {
    const ssize_t count = ::read(pipe.get(), buffer.data(), buffer.size());
    if (count <= 0) {
      return;
    }
    batch.feed({buffer.data(), static_cast<std::size_t>(count)}, names);
    left -= static_cast<int>(count);
  }
}

}  // namespace

Result<void> make_request_pipe(const std::filesystem::path& path) {
  if (is_pipe(path)) {
    return {};
  }
  ::unlink(path.c_str());
  if (::mkfifo(path.c_str(), 0600) != 0) {
    return file_error(path, "make", errno);
  }
  return {};
}

Result<void> RequestLog::start(const std::filesystem::path& pipe) {
  // Open for writing too, it never comes to its end.
  pipe_ = Fd(::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!pipe_) {
    return file_error(pipe, "open", errno);
  }
  ::fcntl(pipe_.get(), F_SETPIPE_SZ, kPipeBytes);
  wake_ = TRY(WakeUp::make());
  reader_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
  return {};
}

void RequestLog::set_sink(RequestSink sink) {
  sink_.with([&](RequestSink& known) { known = std::move(sink); });
}

void RequestLog::set_names(RequestNames names) {
  auto next = std::make_shared<const RequestNames>(std::move(names));
  names_.with([&](auto& known) { known.swap(next); });
}

void RequestLog::read(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { wake_->signal(); });
  RequestBatch batch;
  SteadyTime due{};
  while (wait(*wake_, pipe_.get(), batch.empty() ? milliseconds(-1) : kGather)) {
    const auto names = names_.with([](const auto& known) { return known; });
    const bool was_empty = batch.empty();
    read_all(pipe_, batch, *names);
    const auto now = std::chrono::steady_clock::now();
    due = was_empty ? now + kTellInterval : due;
    if (!batch.empty() && now >= due) {
      tell(batch.take());
    }
    wait(*wake_, -1, kGather);
  }
  tell(batch.take());
}

void RequestLog::tell(std::vector<RequestLine> lines) {
  sink_.with([&](const RequestSink& sink) {
    if (sink && !lines.empty()) {
      sink(std::move(lines));
    }
  });
}

}  // namespace minpaas::router
