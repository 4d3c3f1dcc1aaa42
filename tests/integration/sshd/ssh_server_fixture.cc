#include "tests/integration/sshd/ssh_server_fixture.h"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <thread>

#include "core/base/file.h"
#include "core/base/text.h"

namespace minpaas::test {
namespace {

constexpr auto kReadLimit = std::chrono::minutes(2);

SteadyTime in_two_minutes() {
  return std::chrono::steady_clock::now() + kReadLimit;
}

/// Calls `use` with every block up to the end. False when reading failed.
template <typename Use>
bool for_each_block(ExecStreams& streams, Use use) {
  std::vector<std::byte> block(65536);
  for (;;) {
    auto got = streams.in.read(block, in_two_minutes());
    if (!got) {
      return false;
    }
    if (*got == 0) {
      return true;
    }
    if (!use(std::span<const std::byte>(block.data(), *got))) {
      return false;
    }
  }
}

int cat(ExecStreams& streams) {
  return for_each_block(streams, [&](auto block) { return bool(streams.out.write(block)); }) ? 0
                                                                                             : 9;
}

int count(ExecStreams& streams) {
  std::size_t bytes = 0;
  const bool whole = for_each_block(streams, [&](auto block) {
    bytes += block.size();
    return true;
  });
  return whole && streams.out.write(std::to_string(bytes) + "\n") ? 0 : 9;
}

int source(std::size_t bytes, ExecStreams& streams) {
  const std::string block = noise(1 << 20);
  while (bytes > 0) {
    const std::size_t count = std::min(bytes, block.size());
    if (!streams.out.write(std::string_view(block).substr(0, count))) {
      return 9;
    }
    bytes -= count;
  }
  return 0;
}

int print_env(const sshd::ExecRequest& request, ExecStreams& streams) {
  for (const auto& [name, value] : request.env) {
    static_cast<void>(streams.out.write(name + "=" + value + "\n"));
  }
  return 0;
}

int print_both_streams(ExecStreams& streams) {
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(streams.out.write("out\n"));
    static_cast<void>(streams.err.write("err\n"));
  }
  return 4;
}

std::string text_of(WindowSize size) {
  return std::to_string(size.columns) + "x" + std::to_string(size.rows);
}

int tell_events(const sshd::ExecRequest& request, ExecStreams& streams) {
  auto& screen = streams.console->screen();
  static_cast<void>(
      screen.write(request.terminal_type + " " + text_of(request.window) + "\nready\n"));
  while (const auto event = streams.console->next(streams.gone)) {
    if (const auto* size = std::get_if<WindowSize>(&*event)) {
      static_cast<void>(screen.write(text_of(*size) + "\n"));
    } else if (std::get<Signal>(*event) == Signal::Term) {
      return 143;
    } else {
      static_cast<void>(
          screen.write("signal " + std::string(to_string(std::get<Signal>(*event))) + "\n"));
    }
  }
  return 130;
}

int tell_typed(ExecStreams& streams) {
  bool more = true;
  for_each_block(streams, [&](auto block) {
    for (const std::byte byte : block) {
      static_cast<void>(
          streams.console->screen().write(std::to_string(std::to_integer<int>(byte)) + "\n"));
      more = more && byte != std::byte{'q'};
    }
    return more;
  });
  streams.console->leave_input();
  std::byte byte{};
  const auto after = streams.in.read({&byte, 1}, in_two_minutes());
  return !after && after.error().code == ErrorCode::Cancelled ? 0 : 9;
}

/// Makes the key pair at its first use: RSA keys take their time.
void make_key(const std::filesystem::path& path, const std::string& name) {
  const bool rsa = name.starts_with("rsa");
  const auto type = rsa ? "rsa" : name == "ecdsa" ? "ecdsa" : "ed25519";
  const auto bits = !rsa ? "256" : name == "rsa" ? "3072" : name.substr(3);
  run_program(
      {"ssh-keygen", "-q", "-t", type, "-b", bits, "-N", "", "-C", name, "-f", path.string()});
}

}  // namespace

void KnownKeys::add(const std::string& name, const std::filesystem::path& public_key_file) {
  const std::string line = *read_file(public_key_file, 65536);
  const auto parts = split(trim(line), ' ');
  name_by_blob_.with([&](auto& names) { names[std::string(parts.at(1))] = name; });
}

void KnownKeys::remove(const std::string& name) {
  name_by_blob_.with([&](auto& names) {
    std::erase_if(names, [&](const auto& item) { return item.second == name; });
  });
}

std::optional<Actor> KnownKeys::find(std::string_view fingerprint, std::string_view blob_base64,
                                     std::string_view /*from*/) {
  return name_by_blob_.with([&](const auto& names) -> std::optional<Actor> {
    const auto found = names.find(std::string(blob_base64));
    if (found == names.end() || !fingerprint.starts_with("SHA256:")) {
      return std::nullopt;
    }
    Actor actor;
    actor.user_id = 1;
    actor.name = found->second;
    actor.role = actor.name == "stranger" ? Role::Stranger : Role::Member;
    return actor;
  });
}

int TestPrograms::wait_for_end(ExecStreams& streams, bool git) {
  static_cast<void>(streams.out.write("waiting\n"));
  bool released = false;
  counts_.wait_until(
      in_two_minutes(), streams.gone, [&](const Counts& counts) { return git && counts.released; },
      [&](Counts& counts) { released = git && counts.released; });
  if (released) {
    static_cast<void>(streams.out.write("released\n"));
    return 0;
  }
  counts_.update([](Counts& counts) { ++counts.gone; });
  static_cast<void>(streams.err.write("stopped\n"));
  return 130;
}

/// A request that takes its time to notice that its peer is gone.
int TestPrograms::ignore_the_peer(ExecStreams& streams) {
  static_cast<void>(streams.out.write("deaf\n"));
  const auto released = [](const Counts& counts) { return counts.released; };
  return counts_.wait_until(in_two_minutes(), {}, released, released) ? 0 : 9;
}

int TestPrograms::run_program(const sshd::ExecRequest& request, ExecStreams& streams) {
  std::istringstream words(request.command);
  std::string verb;
  words >> verb;
  std::size_t number = 0;
  if (verb == "true") {
    return 0;
  }
  if (verb == "exit") {
    words >> number;
    return static_cast<int>(number);
  }
  if (verb == "echo") {
    return streams.out.write(request.command.substr(5) + "\n") ? 0 : 9;
  }
  if (verb == "source") {
    words >> number;
    return source(number, streams);
  }
  if (verb == "whoami") {
    return streams.out.write(request.actor.name + " " + request.actor.key_fingerprint + "\n") ? 0
                                                                                              : 9;
  }
  if (verb == "terminal") {
    static_cast<void>(streams.out.write(
        request.has_terminal ? "columns " + std::to_string(request.window.columns) + "\n"
                             : "none\n"));
    static_cast<void>(streams.err.write("err\n"));
    return 0;
  }
  if (verb == "deaf") {
    return ignore_the_peer(streams);
  }
  if (verb == "throw") {
    throw std::runtime_error("a bug in a handler");
  }
  if (verb == "wait" || verb == "git-wait") {
    return wait_for_end(streams, verb == "git-wait");
  }
  if (verb == "console") {
    return tell_events(request, streams);
  }
  if (verb == "raw") {
    return tell_typed(streams);
  }
  if (verb == "cat" || verb == "git-receive-pack") {
    return cat(streams);
  }
  if (verb == "count") {
    return count(streams);
  }
  if (verb == "env") {
    return print_env(request, streams);
  }
  if (verb == "streams") {
    return print_both_streams(streams);
  }
  if (verb.empty()) {
    static_cast<void>(streams.out.write("Hello " + request.actor.name + ", no shell here.\n"));
    return 1;
  }
  static_cast<void>(streams.err.write("error: no such command\n"));
  return 127;
}

int TestPrograms::run(const sshd::ExecRequest& request, ExecStreams& streams) {
  counts_.update([](Counts& counts) { ++counts.started; });

  struct Ended {
    Guarded<Counts>& counts;

    ~Ended() {
      counts.update([](Counts& held) { ++held.ended; });
    }
  } ended{counts_};

  return run_program(request, streams);
}

SshServerTest::SshServerTest() {
  std::signal(SIGPIPE, SIG_IGN);
  known_.add("alice", key("ed25519").string() + ".pub");
}

SshServerTest::~SshServerTest() = default;

void SshServerTest::start_with(const sshd::ServerOptions& options) {
  auto keys = sshd::HostKeys::load_or_create(MINPAAS_TEST_HOST_KEYS);
  ASSERT_TRUE(keys) << keys.error().for_log();
  auto server = sshd::Server::create(options, *keys, known_, handler(), clock_);
  ASSERT_TRUE(server) << server.error().for_log();
  server_ = std::move(*server);
  const auto started = server_->start();
  ASSERT_TRUE(started) << started.error().for_log();
  port_ = server_->ports().at(0);
}

std::filesystem::path SshServerTest::key(const std::string& name) {
  static const TempDir folder;
  const auto path = folder.path() / name;
  if (!std::filesystem::exists(path)) {
    make_key(path, name);
  }
  return path;
}

std::vector<std::string> SshServerTest::ssh(const std::string& key_name) const {
  return {"ssh",
          "-F",
          "/dev/null",
          "-p",
          std::to_string(port_),
          "-i",
          key(key_name).string(),
          "-o",
          "IdentitiesOnly=yes",
          "-o",
          "IdentityAgent=none",
          "-o",
          "BatchMode=yes",
          "-o",
          "StrictHostKeyChecking=no",
          "-o",
          "UserKnownHostsFile=/dev/null",
          "-o",
          "LogLevel=ERROR",
          "minpaas@127.0.0.1"};
}

ProgramResult SshServerTest::run_ssh(const std::string& command, std::string_view input) {
  return run_program(ssh() + std::vector<std::string>{command}, input);
}

std::vector<std::string> operator+(std::vector<std::string> arguments,
                                   const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string noise(std::size_t bytes) {
  std::string text(bytes, '\0');
  std::uint64_t state = 88172645463325252ULL;
  for (char& letter : text) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    letter = static_cast<char>(state >> 32);
  }
  return text;
}

}  // namespace minpaas::test
