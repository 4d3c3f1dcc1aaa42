#include "core/base/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "core/base/spawn.h"
#include "core/base/text.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostOutputBytes = 64 * 1024;
constexpr milliseconds kLook{50};
/// Between SIGTERM and SIGKILL.
constexpr milliseconds kGrace{2000};
/// Where the program finds what it keeps open.
constexpr int kKeptAt = 9;

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) {
    pointers.push_back(const_cast<char*>(word.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

Result<std::pair<Fd, Fd>> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error{ErrorCode::Unavailable, "no pipe can be made", "", std::strerror(errno)};
  }
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Result<pid_t> spawn(const ProgramCall& call, const Fd& output) {
  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), output.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), output.get(), STDERR_FILENO);
  if (call.kept_open != nullptr) {
    ::posix_spawn_file_actions_adddup2(actions.get(), call.kept_open->get(), kKeptAt);
  }
  SpawnAttributes attributes;
  pid_t pid = 0;
  const auto arguments = pointers_to(call.arguments);
  const auto environment = pointers_to(call.environment);
  const int failed = ::posix_spawn(&pid, call.arguments.front().c_str(), actions.get(),
                                   attributes.get(), arguments.data(), environment.data());
  if (failed != 0) {
    return Error{ErrorCode::NotFound, call.arguments.front() + " cannot be started", "",
                 std::strerror(failed)};
  }
  return pid;
}

bool has_ended(pid_t pid, int& status) {
  return ::waitpid(pid, &status, WNOHANG) == pid;
}

/// With all that it has started: they are in its session.
void end(pid_t pid) {
  int status = 0;
  ::kill(-pid, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  while (!has_ended(pid, status)) {
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, &status, 0);
      return;
    }
    std::this_thread::sleep_for(kLook);
  }
  ::kill(-pid, SIGKILL);
}

/// What is there to read within a moment.
void read_some(const Fd& from, std::string& output) {
  pollfd entry{from.get(), POLLIN, 0};
  std::array<char, 4096> buffer{};
  if (::poll(&entry, 1, static_cast<int>(kLook.count())) != 1) {
    return;
  }
  const auto count = ::read(from.get(), buffer.data(), buffer.size());
  if (count <= 0) {
    // Nobody writes any more, but it has not ended yet.
    std::this_thread::sleep_for(kLook);
    return;
  }
  output.append(buffer.data(), static_cast<std::size_t>(count));
  if (output.size() > kMostOutputBytes) {
    output.erase(0, output.size() - kMostOutputBytes);
  }
}

/// What is left in the pipe of a program that has ended; its children may hold it open.
void read_rest(const Fd& from, std::string& output) {
  pollfd entry{from.get(), POLLIN, 0};
  std::array<char, 4096> buffer{};
  while (output.size() < 2 * kMostOutputBytes && ::poll(&entry, 1, 0) == 1) {
    const auto count = ::read(from.get(), buffer.data(), buffer.size());
    if (count <= 0) {
      return;
    }
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<ProgramEnd> run_program(const ProgramCall& call, const std::stop_token& stop) {
  auto pipe = TRY(make_pipe());
  const pid_t pid = TRY(spawn(call, pipe.second));
  pipe.second.reset();
  const auto deadline = std::chrono::steady_clock::now() + call.time_limit;
  ProgramEnd result;
  int status = 0;
  while (!has_ended(pid, status)) {
    const bool late = std::chrono::steady_clock::now() > deadline;
    if (late || stop.stop_requested()) {
      end(pid);
      return late ? Error{ErrorCode::Timeout, call.arguments.front() + " takes too long", "", ""}
                  : Error{ErrorCode::Cancelled, call.arguments.front() + " was stopped", "", ""};
    }
    read_some(pipe.first, result.output);
  }
  read_rest(pipe.first, result.output);
  constexpr int kSignalled = 128;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
  return result;
}

std::string find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  const std::string folders = std::string(path == nullptr ? "" : path) +
                              ":/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin";
  for (const std::string_view folder : split(folders, ':')) {
    const std::string program = std::string(folder) + "/" + std::string(name);
    if (!folder.empty() && ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  return "";
}

}  // namespace minpaas
