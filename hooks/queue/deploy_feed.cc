#include "hooks/queue/deploy_feed.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <map>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "hooks/queue/line_reader.h"

namespace minpaas::hooks {
namespace {

constexpr seconds kTick{1};
/// Lines kept in memory when the disk is full: enough for the story of a failure.
constexpr std::size_t kMostUnstoredBytes = 256 * 1024;
constexpr std::string_view kDetail = "       ";
constexpr std::string_view kLimitNotice =
    " !     the output is longer than is stored; from here on only stages and errors are shown.";

/// With O_APPEND a line is put down in one piece even when two threads speak at once.
bool append(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno != EINTR) {
      return false;
    }
    if (put > 0) {
      text.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  return true;
}

}  // namespace

Result<std::shared_ptr<DeployFeed>> DeployFeed::create(const std::filesystem::path& file,
                                                       const FeedLimits& limits) {
  TRY(make_folder(file.parent_path(), 0700));
  Fd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  if (!out) {
    return file_error(file, "create", errno);
  }
  return std::shared_ptr<DeployFeed>(new DeployFeed(file, std::move(out), limits));
}

DeployFeed::DeployFeed(std::filesystem::path file, Fd out, const FeedLimits& limits)
    : file_(std::move(file)), out_(std::move(out)), limits_(limits) {}

bool DeployFeed::admit(std::string_view text) {
  const bool detail = text.starts_with(kDetail);
  bool tell = false;
  const bool admitted = state_.with([&](State& state) {
    const std::size_t size = state.file_bytes + state.unstored_bytes + text.size();
    if (size <= limits_.most_bytes) {
      return true;
    }
    tell = !std::exchange(state.limit_told, true);
    return !detail && size <= limits_.most_bytes + limits_.closing_bytes;
  });
  if (tell) {
    store(std::string(kLimitNotice));
  }
  return admitted;
}

void DeployFeed::line(std::string_view text) {
  std::string clean = sanitize_terminal(text.substr(0, limits_.line_bytes));
  if (text.size() > limits_.line_bytes) {
    clean += " ...";
  }
  if (admit(clean)) {
    store(clean);
  }
}

void DeployFeed::store(const std::string& line) {
  const bool in_memory = state_.with([](State& state) { return !state.unstored.empty(); });
  const bool stored = !in_memory && append(out_.get(), line + "\n");
  if (!stored && !in_memory) {
    log::warn("{}", file_error(file_, "write", errno).for_log());
  }
  state_.update([&](State& state) {
    if (stored) {
      state.file_bytes += line.size() + 1;
    } else if (state.unstored_bytes + line.size() <= kMostUnstoredBytes) {
      state.unstored.push_back(line);
      state.unstored_bytes += line.size();
    }
  });
}

void DeployFeed::end() {
  state_.update([](State& state) { state.ended = true; });
}

DeployFeed::View DeployFeed::wait(std::size_t bytes_seen, std::size_t lines_seen,
                                  const std::stop_token& gone) const {
  const auto deadline = std::chrono::steady_clock::now() + kTick;
  return state_.wait_until(
      deadline, gone,
      [&](const State& state) {
        return state.ended || state.file_bytes > bytes_seen || state.unstored.size() > lines_seen;
      },
      [&](const State& state) {
        View view{state.file_bytes, {}, state.ended};
        if (state.file_bytes <= bytes_seen) {
          view.unstored.assign(state.unstored.begin() + static_cast<std::ptrdiff_t>(lines_seen),
                               state.unstored.end());
        }
        return view;
      });
}

Result<Followed> DeployFeed::follow(const Follow& follow) const {
  auto reader = TRY(LineReader::open(file_));
  std::size_t lines_seen = 0;
  while (!follow.gone.stop_requested()) {
    const std::size_t bytes_seen = reader.offset();
    const View view = wait(bytes_seen, lines_seen, follow.gone);
    if (!TRY(reader.read_until(view.file_bytes, follow.line))) {
      return Followed::Left;
    }
    for (const std::string& line : view.unstored) {
      ++lines_seen;
      if (!follow.line(line)) {
        return Followed::Left;
      }
    }
    const bool news = view.file_bytes > bytes_seen || !view.unstored.empty();
    if (!news && view.ended) {
      return Followed::ToTheEnd;
    }
    if (!news && follow.tick) {
      follow.tick();
    }
  }
  return Followed::Left;
}

Result<Followed> replay(const std::filesystem::path& file, const LineSink& line) {
  auto reader = TRY(LineReader::open(file));
  if (!TRY(reader.read_until(std::numeric_limits<std::size_t>::max(), line)) ||
      !reader.finish(line)) {
    return Followed::Left;
  }
  return Followed::ToTheEnd;
}

void keep_newest_outputs(const std::filesystem::path& folder, std::size_t most) {
  std::map<long long, std::filesystem::path> outputs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto id = parse_number(entry.path().stem().string(), "deploy", 1,
                                 std::numeric_limits<long long>::max());
    if (id && entry.path().extension() == ".log") {
      outputs.emplace(*id, entry.path());
    }
  }
  while (outputs.size() > most) {
    std::filesystem::remove(outputs.begin()->second, error);
    outputs.erase(outputs.begin());
  }
}

}  // namespace minpaas::hooks
