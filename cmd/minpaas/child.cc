#include "cmd/minpaas/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char**
    environ;  // NOLINT(readability-redundant-declaration): POSIX wants the program to have it

namespace minpaas::client {
namespace {

Error cannot_start(const std::string& name, int number) {
  if (number == ENOENT) {
    return {ErrorCode::NotFound, "the program " + name + " is not on this machine",
            name == "ssh" ? "install OpenSSH (Debian: apt-get install openssh-client)"
                          : "install it, or put its folder into PATH",
            ""};
  }
  return {ErrorCode::Failed, "the program " + name + " cannot be started: " + std::strerror(number),
          "", ""};
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& word : words) {
    all.push_back(const_cast<char*>(word.c_str()));
  }
  all.push_back(nullptr);
  return all;
}

/// Both ends are closed with the object, and not handed to other programs.
struct Pipe {
  int read = -1;
  int write = -1;

  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  ~Pipe() {
    close_end(read);
    close_end(write);
  }

  bool open() {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) {
      return false;
    }
    read = ends[0];
    write = ends[1];
    return ::fcntl(read, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(write, F_SETFD, FD_CLOEXEC) == 0;
  }

  static void close_end(int& end) {
    if (end >= 0) {
      ::close(end);
      end = -1;
    }
  }
};

/// Closes the pipe at its end.
void read_some(Pipe& pipe, std::string& into) {
  char block[4096];
  const ssize_t got = ::read(pipe.read, block, sizeof block);
  if (got > 0) {
    into.append(block, static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    Pipe::close_end(pipe.read);
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<Answer> ask(const std::vector<std::string>& program) {
  Pipe out;
  Pipe err;
  if (!out.open() || !err.open()) {
    return cannot_start(program.front(), errno);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_adddup2(&actions, err.write, 2);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, program.front().c_str(), &actions, nullptr,
                                    pointers(program).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return cannot_start(program.front(), failed);
  }
  Pipe::close_end(out.write);
  Pipe::close_end(err.write);
  Answer answer;
  while (out.read >= 0 || err.read >= 0) {
    pollfd polled[] = {{out.read, POLLIN, 0}, {err.read, POLLIN, 0}};
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) {
      break;
    }
    if (polled[0].revents != 0) {
      read_some(out, answer.out);
    }
    if (polled[1].revents != 0) {
      read_some(err, answer.err);
    }
  }
  answer.status = wait_for(pid);
  return answer;
}

Error become(const std::vector<std::string>& program) {
  ::execvp(program.front().c_str(), pointers(program).data());
  return cannot_start(program.front(), errno);
}

}  // namespace minpaas::client
