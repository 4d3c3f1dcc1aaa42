#include "core/git/ssh_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/base/program.h"
#include "core/base/spawn.h"

namespace minpaas::git {
namespace {

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error{ErrorCode::Unavailable, "ssh cannot be started", "", std::strerror(errno)};
  }
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

void make_nonblocking(const Fd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

}  // namespace

Result<SshProgram> SshProgram::start(const std::vector<std::string>& arguments) {
  const std::string path = find_program("ssh");
  if (path.empty()) {
    return Error{ErrorCode::NotFound, "the server has no ssh", "install openssh-client there", ""};
  }
  auto in = TRY(make_pipe());
  auto out = TRY(make_pipe());
  auto err = TRY(make_pipe());
  SpawnActions actions;
  ::posix_spawn_file_actions_adddup2(actions.get(), in.read.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), out.write.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), err.write.get(), STDERR_FILENO);
  SpawnAttributes attributes;
  std::vector<char*> words{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  std::string locale = "LC_ALL=C";
  std::array<char*, 2> environment{locale.data(), nullptr};
  SshProgram program;
  const int failure = ::posix_spawn(&program.pid_, path.c_str(), actions.get(), attributes.get(),
                                    words.data(), environment.data());
  if (failure != 0) {
    program.pid_ = -1;
    return Error{ErrorCode::NotFound, "ssh cannot be started", "", std::strerror(failure)};
  }
  program.in_ = std::move(in.write);
  program.out_ = std::move(out.read);
  program.err_ = std::move(err.read);
  for (const Fd* fd : {&program.in_, &program.out_, &program.err_}) {
    make_nonblocking(*fd);
  }
  return program;
}

SshProgram::SshProgram(SshProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      in_(std::move(other.in_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

SshProgram::~SshProgram() {
  if (pid_ > 0) {
    // Its session is its own, and what it started with it.
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

ssize_t SshProgram::read(FetchGuard& guard, char* into, std::size_t size) {
  for (;;) {
    if (guard.wait(out_.get(), POLLIN) != 0) {
      return -1;
    }
    const ssize_t got = ::read(out_.get(), into, size);
    if (got >= 0) {
      return guard.count(static_cast<std::size_t>(got)) == 0 ? got : -1;
    }
    if (errno != EAGAIN && errno != EINTR) {
      return guard.fail({ErrorCode::Unavailable, "the connection was lost", "try again", ""});
    }
  }
}

ssize_t SshProgram::write(FetchGuard& guard, const char* bytes, std::size_t size) {
  for (;;) {
    if (guard.wait(in_.get(), POLLOUT) != 0) {
      return -1;
    }
    const ssize_t sent = ::write(in_.get(), bytes, size);
    if (sent >= 0) {
      return sent;
    }
    if (errno == EPIPE) {
      // Why it has gone is on its stderr; the next read says that it has.
      return static_cast<ssize_t>(size);
    }
    if (errno != EAGAIN && errno != EINTR) {
      return guard.fail({ErrorCode::Unavailable, "the connection was lost", "try again", ""});
    }
  }
}

std::string SshProgram::last_words() {
  constexpr std::size_t kMostBytes = 4096;
  constexpr milliseconds kPatience{2000};
  std::string said;
  std::array<char, 1024> piece{};
  const SteadyTime deadline = std::chrono::steady_clock::now() + kPatience;
  while (wait_for(err_.get(), POLLIN, deadline, {})) {
    const ssize_t got = ::read(err_.get(), piece.data(), piece.size());
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
      break;
    }
    said.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (said.size() > kMostBytes) {
      said.erase(0, said.size() - kMostBytes);
    }
  }
  return said;
}

}  // namespace minpaas::git
