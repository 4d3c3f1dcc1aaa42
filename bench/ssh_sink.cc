// The counting end of the upload benchmark: reads to the end and tells how much it got.
//   ssh_sink --stdin            as a command under OpenSSH's sshd: standard input
//   ssh_sink FOLDER PUBLIC_KEY  behind minpaasd's SSH library: host keys in FOLDER, one user, a
//   free
//                               port on loopback that it prints; serves until its input ends
#include <fmt/format.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/log.h"
#include "sshd/server.h"

namespace {

using namespace minpaas;

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::chrono::minutes kLongest{10};
constexpr std::size_t kMostKeyBytes = 16 * 1024;

/// The same for both servers, so that only what stands before it differs.
int count(ByteReader& in, ByteWriter& out) {
  if (!out.write("ready\n")) {
    return 1;
  }
  std::vector<std::byte> buffer(kReadBytes);
  std::uint64_t total = 0;
  while (true) {
    const auto got = in.read(buffer, std::chrono::steady_clock::now() + kLongest);
    if (!got) {
      return 1;
    }
    if (*got == 0) {
      return out.write(fmt::format("{}\n", total)) ? 0 : 1;
    }
    total += *got;
  }
}

class CountingHandler : public sshd::ExecHandler {
 public:
  int run(const sshd::ExecRequest& /*request*/, ExecStreams& streams) override {
    return count(streams.in, streams.out);
  }
};

class OneKey : public sshd::Authenticator {
 public:
  explicit OneKey(std::string line) : line_(std::move(line)) {}

  std::optional<Actor> find(std::string_view fingerprint, std::string_view blob_base64,
                            std::string_view /*from*/) override {
    if (line_.find(fmt::format(" {} ", blob_base64)) == std::string::npos) {
      return std::nullopt;
    }
    return Actor{1, "bench", Role::Admin, std::string(fingerprint), ""};
  }

 private:
  std::string line_;
};

int fail(const Error& error) {
  fmt::print(stderr, "ssh_sink: {}\n", error.message);
  return 1;
}

int serve(const std::string& folder, const std::string& key_file) {
  const auto keys = sshd::HostKeys::load_or_create(folder);
  if (!keys) {
    return fail(keys.error());
  }
  const auto line = read_file(key_file, kMostKeyBytes);
  if (!line) {
    return fail(line.error());
  }
  sshd::ServerOptions options;
  options.settings.listen = {{"127.0.0.1", 0}};
  OneKey authenticator(*line);
  CountingHandler handler;
  const RealClock clock;
  auto server = sshd::Server::create(options, *keys, authenticator, handler, clock);
  if (!server) {
    return fail(server.error());
  }
  if (const auto started = (*server)->start(); !started) {
    return fail(started.error());
  }
  fmt::print("{}\n", (*server)->ports().front());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return (*server)->stop(milliseconds{0}) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  log::set_level(log::Level::Warn);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{"--stdin"}) {
    FdReader in(0);
    FdWriter out(1);
    return count(in, out);
  }
  if (arguments.size() != 2) {
    fmt::print(stderr, "usage: ssh_sink --stdin | ssh_sink FOLDER PUBLIC_KEY\n");
    return 2;
  }
  return serve(arguments[0], arguments[1]);
}
