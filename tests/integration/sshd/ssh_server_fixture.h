#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "sshd/server.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace minpaas::test {

/// Knows the keys that a test gives it. One called `stranger` is a stranger's.
class KnownKeys : public sshd::Authenticator {
 public:
  /// `public_key_file` is an authorized_keys line.
  void add(const std::string& name, const std::filesystem::path& public_key_file);
  void remove(const std::string& name);
  std::optional<Actor> find(std::string_view fingerprint, std::string_view blob_base64,
                            std::string_view from) override;

 private:
  Guarded<std::map<std::string, std::string>> name_by_blob_;
};

/// Programs for the tests: `true`, `exit N`, `echo TEXT`, `cat`, `count`, `source BYTES`, `env`,
/// `whoami`, `streams`, `terminal`, `wait`, `git-wait`, `deaf`; an empty command greets.
/// Programs that have typed characters and signals for themselves: `console` (prints its terminal
/// and what it is told, until SIGTERM), `raw` (prints what is typed as numbers, up to `q`).
class TestPrograms : public sshd::ExecHandler {
 public:
  int run(const sshd::ExecRequest& request, ExecStreams& streams) override;

  bool is_program(const sshd::ExecRequest& request) const override {
    return request.command == "console" || request.command == "raw";
  }

  struct Counts {
    int started = 0;
    int ended = 0;
    /// Requests that ended because the peer went, or the server stopped.
    int gone = 0;
    bool released = false;
  };

  /// Waits until `ready(Counts)` holds; false after a minute.
  template <typename Ready>
  bool wait_until(Ready ready) {
    return counts_.wait_until(std::chrono::steady_clock::now() + seconds(60), {}, ready,
                              [&](Counts& counts) { return ready(counts); });
  }

  /// Lets `git-wait` and `deaf` end.
  void release() {
    counts_.update([](Counts& counts) { counts.released = true; });
  }

 private:
  int run_program(const sshd::ExecRequest& request, ExecStreams& streams);
  int wait_for_end(ExecStreams& streams, bool git);
  int ignore_the_peer(ExecStreams& streams);

  Guarded<Counts> counts_;
};

/// A server in this process on a free port of 127.0.0.1, and keys for real clients.
class SshServerTest : public ::testing::Test {
 protected:
  SshServerTest();
  ~SshServerTest() override;

  /// Starts the server; `change` may alter the options before.
  template <typename Change>
  void start(Change change) {
    sshd::ServerOptions options;
    options.settings.listen = {{"127.0.0.1", 0}};
    change(options);
    start_with(options);
  }

  void start() {
    start([](sshd::ServerOptions&) {});
  }

  /// A key pair that ssh-keygen made for all tests of the process: `ed25519`, `rsa`, `ecdsa`,
  /// `rsa1024`, or any other name, which is another Ed25519 key.
  static std::filesystem::path key(const std::string& name);
  /// Arguments of `ssh` up to the host, for the key.
  [[nodiscard]] std::vector<std::string> ssh(const std::string& key_name = "ed25519") const;
  /// Runs `ssh ... command`.
  ProgramResult run_ssh(const std::string& command, std::string_view input = "");

  /// What the server runs; the programs above unless a test has another.
  virtual sshd::ExecHandler& handler() { return programs_; }

  RealClock clock_;
  TempDir folder_;
  KnownKeys known_;
  TestPrograms programs_;
  std::unique_ptr<sshd::Server> server_;
  int port_ = 0;

 private:
  void start_with(const sshd::ServerOptions& options);
};

/// `arguments` and more of them.
std::vector<std::string> operator+(std::vector<std::string> arguments,
                                   const std::vector<std::string>& more);
/// So many bytes that do not compress and differ everywhere.
std::string noise(std::size_t bytes);

}  // namespace minpaas::test
