#include "core/router/haproxy_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/spawn.h"
#include "core/base/text.h"

extern "C" char** environ;

namespace minpaas::router {
namespace {

constexpr seconds kStartPatience{10};
constexpr milliseconds kPollInterval{10};
constexpr milliseconds kWatchInterval{200};
constexpr milliseconds kLookInterval{500};
constexpr milliseconds kEndPatience{2000};
/// Between attempts to start one that does not start.
constexpr milliseconds kAgainAfter{1000};
constexpr std::size_t kMostWords = 64 * 1024;

bool was_started_with(const HaproxyFiles& files, long long pid) {
  const auto command = read_file(fmt::format("/proc/{}/cmdline", pid), kMostWords);
  return command && command->find(files.config().string()) != std::string::npos;
}

/// The master. A process id in a file can be another program's by now: it counts only when that
/// program was started with our file.
pid_t running_with(const HaproxyFiles& files) {
  const auto text = read_file(files.pid(), 64);
  const auto pid =
      text ? parse_number(trim(*text), "pid", 2, 1'000'000'000) : Result<long long>(text.error());
  return pid && was_started_with(files, *pid) ? static_cast<pid_t>(*pid) : 0;
}

/// Master and workers: these outlive a killed master for a moment, and hold its ports.
std::vector<pid_t> all_running_with(const HaproxyFiles& files) {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = parse_number(entry.path().filename().string(), "pid", 2, 1'000'000'000);
    if (pid && *pid != ::getpid() && was_started_with(files, *pid)) {
      found.push_back(static_cast<pid_t>(*pid));
    }
  }
  return found;
}

Fd open_pid(pid_t pid) {
  return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool has_ended(const Fd& process) {
  pollfd entry{process.get(), POLLIN, 0};
  return process && ::poll(&entry, 1, 0) == 1;
}

/// Nothing for what is no FIFO.
std::optional<std::pair<dev_t, ino_t>> pipe_at(const std::string& path) {
  struct stat found {};

  const bool is_pipe = ::stat(path.c_str(), &found) == 0 && S_ISFIFO(found.st_mode);
  return is_pipe ? std::optional(std::pair(found.st_dev, found.st_ino)) : std::nullopt;
}

/// Collects it when it is a child of this process.
void await_end(pid_t pid) {
  const Fd process = open_pid(pid);
  pollfd entry{process.get(), POLLIN, 0};
  if (process) {
    ::poll(&entry, 1, static_cast<int>(kEndPatience.count()));
  }
  ::waitpid(pid, nullptr, WNOHANG);
}

/// The lines that say what is wrong, without haproxy's `[ALERT] (123) : `.
std::string complaints_in(std::string_view words) {
  std::string found;
  for (const std::string_view line : split(words, '\n')) {
    const auto begin = line.find(") : ");
    if (line.starts_with("[ALERT]") && begin != std::string_view::npos) {
      found += (found.empty() ? "" : "; ") + std::string(trim(line.substr(begin + 4)));
    }
  }
  return found;
}

}  // namespace

HaproxyProcess::HaproxyProcess(std::string program, HaproxyFiles files, std::function<void()> died)
    : program_(std::move(program)),
      files_(std::move(files)),
      died_(std::move(died)),
      cli_(files_.master_socket()),
      watcher_([this](const std::stop_token& stop) {
        files_.is_foreign() ? watch_foreign(stop) : watch(stop);
      }) {}

HaproxyProcess::~HaproxyProcess() = default;

bool HaproxyProcess::adopt() {
  if (files_.is_foreign()) {
    return cli_.processes().has_value();
  }
  const pid_t pid = running_with(files_);
  if (pid == 0 || !answers()) {
    return false;
  }
  watched_.update([&](pid_t& watched) { watched = pid; });
  return true;
}

bool HaproxyProcess::answers() {
  if (cli_.processes()) {
    return true;
  }
  const pid_t pid = files_.is_foreign() ? 0 : running_with(files_);
  if (pid == 0) {
    return false;
  }
  // The connections for commands may all be taken, by some that do not end (HaproxyCli).
  log::warn("HAProxy lives and does not answer commands: it starts its program anew");
  const Fd master = open_pid(pid);
  ::kill(pid, SIGUSR2);
  return wait_until_it_serves({.reloads = -1, .failed_reloads = 0, .workers = {}}, master)
      .has_value();
}

bool HaproxyProcess::logs_requests() const {
  const auto output = pipe_at(fmt::format("/proc/{}/fd/1", running_with(files_)));
  return output && output == pipe_at(files_.requests());
}

Result<void> HaproxyProcess::start() {
  watched_.update([](pid_t& watched) { watched = 0; });
  // One that does not answer any more would keep the ports.
  stop(files_);
  std::error_code ignored;
  std::filesystem::rename(files_.log(), files_.log().string() + ".1", ignored);
  const pid_t pid = TRY(spawn());
  const auto serves =
      wait_until_it_serves({.reloads = -1, .failed_reloads = 0, .workers = {}}, Fd());
  if (!serves) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    Error error = serves.error();
    error.cause = complaints_in(last_words(0));
    return error;
  }
  watched_.update([&](pid_t& watched) { watched = pid; });
  return {};
}

Result<pid_t> HaproxyProcess::spawn() {
  pid_t pid = 0;
  const std::string socket = fmt::format("{},mode,600", files_.master_socket().string());
  const std::string config = files_.config().string();
  const std::string pid_file = files_.pid().string();
  std::array<const char*, 9> arguments{
      program_.c_str(), "-W",   "-S", socket.c_str(), "-f", config.c_str(), "-p",
      pid_file.c_str(), nullptr};
  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(actions.get(), STDERR_FILENO, files_.log().c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  // Open for reading too, it is no broken pipe while no server runs; a full one loses lines.
  const std::string output = pipe_at(files_.requests()) ? files_.requests().string() : "/dev/null";
  ::posix_spawn_file_actions_addopen(actions.get(), STDOUT_FILENO, output.c_str(),
                                     O_RDWR | O_NONBLOCK, 0);
  SpawnAttributes attributes;
  const int failed = ::posix_spawn(&pid, program_.c_str(), actions.get(), attributes.get(),
                                   const_cast<char* const*>(arguments.data()), environ);
  if (failed != 0) {
    return Error{ErrorCode::NotFound, fmt::format("{} cannot be started", program_),
                 "install haproxy, or set [router] kind = direct", std::strerror(failed)};
  }
  return pid;
}

/// A failed reload is counted until one succeeds.
Result<void> HaproxyProcess::wait_until_it_serves(const HaproxyProcesses& before,
                                                  const Fd& master) {
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPollInterval);
    const auto now = cli_.processes();
    if (now && now->failed_reloads > before.failed_reloads) {
      return Error{ErrorCode::Failed, "HAProxy does not take its new configuration", "", ""};
    }
    if (now && now->reloads > before.reloads && !now->workers.empty()) {
      return {};
    }
    if (has_ended(master)) {
      return Error{ErrorCode::NotFound, "HAProxy ended while it read its file", "", ""};
    }
    if (!now && before.reloads < 0 && running_with(files_) == 0 &&
        !complaints_in(last_words(0)).empty()) {
      return Error{ErrorCode::Failed, "HAProxy does not start", "", ""};
    }
  }
  return Error{ErrorCode::Timeout, "HAProxy does not answer in time", "", ""};
}

Result<void> HaproxyProcess::reload() {
  const auto before = TRY(cli_.processes());
  std::error_code ignored;
  const auto begin = std::filesystem::file_size(files_.log(), ignored);
  // Its file of the pid, its socket and its command line are gone for a moment while it runs its
  // program anew.
  const Fd master = open_pid(running_with(files_));
  TRY(cli_.ask("reload"));
  auto serves = wait_until_it_serves(before, master);
  if (!serves) {
    Error error = serves.error();
    error.cause = complaints_in(last_words(ignored ? 0 : begin));
    error.hint = files_.is_foreign() ? "the log of the HAProxy that you run tells why" : error.hint;
    return error;
  }
  return {};
}

std::string HaproxyProcess::last_words(std::uintmax_t from) const {
  const auto words = read_file(files_.log(), 64 << 20);
  return words && from < words->size() ? words->substr(from) : "";
}

/// It may be started again by whoever runs it, at any time, and has read its file before it
/// answers.
void HaproxyProcess::watch_foreign(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool answers = cli_.processes().has_value();
    if (answers && !has_answered_.exchange(true)) {
      died_();
    } else if (!answers) {
      has_answered_ = false;
    }
    watched_.wait_until(
        std::chrono::steady_clock::now() + kLookInterval, stop, [](pid_t) { return false; },
        [](pid_t) {});
  }
}

void HaproxyProcess::watch(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const pid_t pid = watched_.wait_until(
        SteadyTime::max(), stop, [](pid_t watched) { return watched != 0; },
        [](pid_t watched) { return watched; });
    if (pid == 0 || !has_died(pid, stop)) {
      continue;
    }
    // Only of a child of this process is there anything to collect; an adopted one has another
    // parent.
    ::waitpid(pid, nullptr, WNOHANG);
    died_();
    if (watched_.with([&](pid_t watched) { return watched == pid || watched == 0; })) {
      watched_.with([&](pid_t& watched) { watched = pid; });
      watched_.wait_until(
          std::chrono::steady_clock::now() + kAgainAfter, stop, [](pid_t) { return false; },
          [](pid_t) {});
    }
  }
}

/// False: it is not to be watched any more.
bool HaproxyProcess::has_died(pid_t pid, const std::stop_token& stop) {
  const Fd process = open_pid(pid);
  while (!stop.stop_requested() && watched_.with([&](pid_t watched) { return watched == pid; })) {
    pollfd entry{process.get(), POLLIN, 0};
    if (!process || ::poll(&entry, 1, static_cast<int>(kWatchInterval.count())) == 1) {
      return true;
    }
  }
  return false;
}

void HaproxyProcess::stop_own(const std::filesystem::path& folder) {
  const HaproxyFiles files{folder};
  if (const pid_t master = running_with(files); master != 0) {
    ::kill(master, SIGTERM);
    await_end(master);
  }
  std::error_code ignored;
  std::filesystem::remove(files.pid(), ignored);
}

void HaproxyProcess::stop(const HaproxyFiles& files) {
  if (const pid_t master = running_with(files); master != 0) {
    ::kill(master, SIGTERM);
    await_end(master);
  }
  for (const pid_t pid : all_running_with(files)) {
    ::kill(pid, SIGKILL);
    await_end(pid);
  }
}

std::string find_haproxy() {
  const char* path = std::getenv("PATH");
  const std::string folders =
      std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
  for (const std::string_view folder : split(folders, ':')) {
    const std::string program = std::string(folder) + "/haproxy";
    if (!folder.empty() && ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  return "";
}

}  // namespace minpaas::router
