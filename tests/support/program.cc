#include "tests/support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <thread>

namespace minpaas::test {
namespace {

using std::chrono::steady_clock;

struct Pipe {
  Fd read;
  Fd write;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  return {Fd(ends[0]), Fd(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const auto& text : texts) {
    result.push_back(const_cast<char*>(text.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

/// Default handlers and an empty mask, whatever the test process ignores or blocks.
void reset_signals(posix_spawnattr_t& attributes) {
  sigset_t none;
  sigset_t broken_pipe;
  sigemptyset(&none);
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/// Appends what can be read; false at the end of the stream.
bool read_some(int fd, std::string& into) {
  char block[65536];
  const ssize_t got = ::read(fd, block, sizeof block);
  if (got > 0) {
    into.append(block, static_cast<std::size_t>(got));
  }
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  reset_signals(attributes);
  // The first of two with the same name counts.
  std::vector<std::string> variables = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  const int failed = ::posix_spawnp(&pid_, arguments.front().c_str(), &actions, &attributes,
                                    pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    throw std::runtime_error("cannot start " + arguments.front());
  }
  in_ = std::move(in.write);
  out_ = std::move(out.read);
  err_ = std::move(err.read);
  ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
}

Program::~Program() {
  kill();
}

void Program::send_signal(int signal) const {
  if (pid_ > 0) {
    ::kill(pid_, signal);
  }
}

void Program::kill() {
  send_signal(SIGKILL);
  collect(steady_clock::now() + std::chrono::seconds(60));
}

void Program::exchange(std::string_view input, steady_clock::time_point deadline) {
  while ((out_ || err_) && steady_clock::now() < deadline) {
    if (input.empty()) {
      in_.reset();
    }
    pollfd polled[] = {{in_.get(), POLLOUT, 0}, {out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}};
    if (::poll(polled, 3, 100) <= 0) {
      continue;
    }
    if (polled[0].revents != 0) {
      const ssize_t put = ::write(in_.get(), input.data(), input.size());
      const bool broken = put < 0 && errno != EAGAIN && errno != EINTR;
      input.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : broken ? input.size() : 0);
    }
    if (polled[1].revents != 0 && !read_some(out_.get(), result_.out)) {
      out_.reset();
    }
    if (polled[2].revents != 0 && !read_some(err_.get(), result_.err)) {
      err_.reset();
    }
  }
  in_.reset();
}

void Program::collect(steady_clock::time_point deadline) {
  while (pid_ > 0) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (steady_clock::now() >= deadline) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status, 0);
      pid_ = -1;
      result_.status = -1;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
}

ProgramResult Program::finish(std::string_view input, std::chrono::seconds limit) {
  const auto deadline = steady_clock::now() + limit;
  exchange(input, deadline);
  collect(deadline);
  return result_;
}

void Program::feed(std::string_view input, std::chrono::seconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (!input.empty() && steady_clock::now() < deadline) {
    pollfd polled{in_.get(), POLLOUT, 0};
    if (::poll(&polled, 1, 100) <= 0) {
      continue;
    }
    const ssize_t put = ::write(in_.get(), input.data(), input.size());
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
      break;
    }
    input.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
  }
  in_.reset();
}

bool Program::wait_for_output(std::string_view text, std::chrono::seconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (result_.out.find(text) == std::string::npos) {
    pollfd polled{out_.get(), POLLIN, 0};
    if (steady_clock::now() >= deadline) {
      return false;
    }
    if (::poll(&polled, 1, 100) > 0 && !read_some(out_.get(), result_.out)) {
      return result_.out.find(text) != std::string::npos;
    }
  }
  return true;
}

ProgramResult run_program(const std::vector<std::string>& arguments, std::string_view input,
                          std::chrono::seconds limit) {
  Program program(arguments);
  return program.finish(input, limit);
}

}  // namespace minpaas::test
