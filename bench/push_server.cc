// Serves pushes as the running minpaasd does, without SSH and deploys: what a small push costs
// where no process has to be started for it.
//   push_server SOCKET   each connection sends the folder of a bare repository and a line end, then
//                        speaks git-receive-pack; serves until its input ends
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "core/base/byte_stream.h"
#include "core/base/fd.h"
#include "core/base/log.h"
#include "core/git/repository.h"
#include "sshd/git/receive_pack.h"

namespace {

using namespace minpaas;

std::string read_line(int socket) {
  std::string line;
  char next = 0;
  while (::read(socket, &next, 1) == 1 && next != '\n') {
    line += next;
  }
  return line;
}

void serve(Fd socket) {
  auto repository = git::Repository::open(read_line(socket.get()));
  if (!repository) {
    fmt::print(stderr, "push_server: {}\n", repository.error().message);
    return;
  }
  FdReader in(socket.get());
  FdWriter out(socket.get());
  FdWriter err(STDERR_FILENO);
  ExecStreams streams{in, out, err, {}};
  sshd::git::BareTarget target(*repository);
  sshd::git::serve_receive_pack(*repository, target, {}, streams);
}

Fd listen_on(const std::string& path) {
  Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!listener || path.size() >= sizeof(address.sun_path)) {
    return {};
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const bool ready =
      ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::listen(listener.get(), 8) == 0;
  return ready ? std::move(listener) : Fd();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  log::set_level(log::Level::Error);
  const Fd listener = argc == 2 ? listen_on(argv[1]) : Fd();
  if (!listener) {
    fmt::print(stderr, "usage: push_server SOCKET (a path that is free)\n");
    return 2;
  }
  const git::Library library;
  std::jthread acceptor([&] {
    while (Fd socket{::accept(listener.get(), nullptr, nullptr)}) {
      // A thread for each, as each request of a connection gets one; it closes the socket.
      std::jthread(serve, std::move(socket)).join();
    }
  });
  fmt::print("ready\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  ::shutdown(listener.get(), SHUT_RDWR);
  return 0;
}
