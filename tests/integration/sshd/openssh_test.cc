// The OpenSSH client, as people use it.
#include "tests/integration/sshd/ssh_server_fixture.h"

namespace minpaas::test {
namespace {

using Arguments = std::vector<std::string>;
constexpr std::size_t kThirtyMegabytes = 30 << 20;

class OpenSsh : public SshServerTest {
 protected:
  /// `ssh` with `-o` for each of `options`.
  [[nodiscard]] Arguments with_options(const Arguments& options,
                                       const std::string& key_name = "ed25519") const {
    Arguments arguments = ssh(key_name);
    for (const auto& option : options) {
      arguments.insert(arguments.begin() + 1, {"-o", option});
    }
    return arguments;
  }
};

TEST_F(OpenSsh, RunsACommandAndPassesItsExitStatus) {
  start();
  EXPECT_EQ(run_ssh("true").status, 0);
  EXPECT_EQ(run_ssh("exit 5").status, 5);
  EXPECT_EQ(run_ssh("echo two words").out, "two words\n");
}

TEST_F(OpenSsh, KnowsWhoAsks) {
  start();
  const auto said = run_ssh("whoami");
  const auto listed = run_program({"ssh-keygen", "-lf", key("ed25519").string() + ".pub"});
  const auto from = listed.out.find("SHA256:");
  ASSERT_NE(from, std::string::npos) << listed.err;
  const auto fingerprint = listed.out.substr(from, listed.out.find(' ', from) - from);
  EXPECT_EQ(said.out, "alice " + fingerprint + "\n");
}

TEST_F(OpenSsh, LogsInWithRsaAndEcdsa) {
  start();
  for (const std::string type : {"rsa", "ecdsa"}) {
    known_.add(type, key(type).string() + ".pub");
    const auto result = run_program(ssh(type) + Arguments{"whoami"});
    EXPECT_EQ(result.out.substr(0, type.size() + 1), type + " ") << result.err;
  }
}

TEST_F(OpenSsh, MayUseAnyUserName) {
  start();
  auto arguments = ssh();
  arguments.back() = "someone-else@127.0.0.1";
  EXPECT_EQ(run_program(arguments + Arguments{"true"}).status, 0);
}

TEST_F(OpenSsh, KeepsTheStreamsApart) {
  start();
  const auto result = run_ssh("streams");
  EXPECT_EQ(result.status, 4);
  EXPECT_EQ(result.out.size(), 400U);
  EXPECT_EQ(result.out.find("err"), std::string::npos);
  EXPECT_EQ(result.err.size(), 400U);
  EXPECT_EQ(result.err.find("out"), std::string::npos);
}

TEST_F(OpenSsh, CarriesThirtyMegabytesBothWays) {
  start();
  const std::string bytes = noise(kThirtyMegabytes);
  const auto result = run_ssh("cat", bytes);
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out == bytes) << result.out.size();
}

TEST_F(OpenSsh, CarriesAPushThroughAGrowingWindow) {
  start();
  const std::string bytes = noise(kThirtyMegabytes);
  const auto result = run_ssh("git-receive-pack 'blog'", bytes);
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out == bytes) << result.out.size();
}

TEST_F(OpenSsh, CarriesEverythingWithEveryCipher) {
  start();
  const std::string bytes = noise(4 << 20);
  for (const std::string cipher : {"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com",
                                   "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr"}) {
    const auto result = run_program(with_options({"Ciphers=" + cipher}) + Arguments{"cat"}, bytes);
    EXPECT_EQ(result.status, 0) << cipher << ' ' << result.err;
    EXPECT_TRUE(result.out == bytes) << cipher;
  }
}

TEST_F(OpenSsh, LosesNothingWhileKeysAreExchangedAnew) {
  start();
  const std::string bytes = noise(kThirtyMegabytes);
  for (const std::string cipher : {"chacha20-poly1305@openssh.com", "aes128-ctr"}) {
    const auto result =
        run_program(with_options({"RekeyLimit=2M", "Ciphers=" + cipher}) + Arguments{"cat"}, bytes);
    EXPECT_EQ(result.status, 0) << cipher << ' ' << result.err;
    EXPECT_TRUE(result.out == bytes) << cipher << ' ' << result.out.size();
  }
}

TEST_F(OpenSsh, GetsAllOutputBeforeTheExitStatus) {
  start();
  for (int i = 0; i < 10; ++i) {
    const auto result = run_ssh("source 3000000");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out.size(), 3'000'000U);
  }
}

TEST_F(OpenSsh, IsToldWhenARequestDoesNotReadItsInput) {
  start();
  const auto result = run_ssh("exit 3", noise(kThirtyMegabytes));
  EXPECT_EQ(result.status, 3);
}

TEST_F(OpenSsh, GreetsWhoAsksForAShell) {
  start();
  const auto result = run_program(ssh() + Arguments{"-T"});
  EXPECT_EQ(result.out, "Hello alice, no shell here.\n");
  EXPECT_EQ(result.status, 1);
}

TEST_F(OpenSsh, GetsOneStreamWithCrLfOnATerminal) {
  start();
  const auto result = run_program(ssh() + Arguments{"-tt", "terminal"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out.substr(0, 8), "columns ");
  EXPECT_TRUE(result.out.ends_with("\r\nerr\r\n")) << result.out;
  EXPECT_EQ(run_ssh("terminal").out, "none\n");
}

TEST_F(OpenSsh, EndsARequestByCtrlCOnATerminal) {
  start();
  const auto result = run_program(ssh() + Arguments{"-tt", "wait"}, "\x03");
  EXPECT_EQ(result.status, 130);
  EXPECT_EQ(result.out, "waiting\r\nstopped\r\n");
}

TEST_F(OpenSsh, PassesWhatIsTypedToAProgramAsItIs) {
  start();
  const auto result = run_program(ssh() + Arguments{"-tt", "raw"}, "a\r\x03\x04q");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "97\n13\n3\n4\n113\n");
}

TEST_F(OpenSsh, SendsOnlyGitProtocolAndLang) {
  start();
  const auto result = run_program(
      with_options({"SetEnv=GIT_PROTOCOL=version=2 LANG=C.UTF-8 LD_PRELOAD=/tmp/x PATH=/tmp"}) +
      Arguments{"env"});
  EXPECT_EQ(result.out, "GIT_PROTOCOL=version=2\nLANG=C.UTF-8\n");
}

TEST_F(OpenSsh, IsToldWhenTheHandlerHasABug) {
  start();
  const auto result = run_ssh("throw");
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("error: the server made a mistake"), std::string::npos);
}

TEST_F(OpenSsh, IsToldWhenTheCommandIsTooLong) {
  start();
  EXPECT_EQ(run_ssh("echo " + std::string(4091, 'x')).status, 0);
  const auto result = run_ssh("echo " + std::string(4092, 'x'));
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err,
            "error: the command is longer than 4096 bytes\n"
            "hint: send a large value on standard input: "
            "ssh minpaas config:set APP KEY=- < FILE\n");
}

/// A connection that others share through a control socket.
class ControlMaster : public OpenSsh {
 protected:
  void SetUp() override {
    start();
    auto arguments = ssh();
    arguments.insert(arguments.begin() + 1, {"-M", "-N", "-S", socket()});
    master_ = std::make_unique<Program>(arguments);
    const auto deadline = std::chrono::steady_clock::now() + seconds(60);
    while (!std::filesystem::exists(socket()) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  [[nodiscard]] std::string socket() const { return (folder_.path() / "control").string(); }

  /// `ssh` over the shared connection, which must not fall back to one of its own.
  [[nodiscard]] Arguments shared(const std::string& command) const {
    auto arguments = with_options({"ProxyCommand=false"}) + Arguments{command};
    arguments.insert(arguments.begin() + 1, {"-S", socket()});
    return arguments;
  }

  std::unique_ptr<Program> master_;
};

TEST_F(ControlMaster, CarriesTenChannelsAtOnce) {
  const std::string bytes = noise(2 << 20);
  std::vector<std::thread> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back([&] {
      const auto result = run_program(shared("cat"), bytes);
      EXPECT_EQ(result.status, 0) << result.err;
      EXPECT_TRUE(result.out == bytes) << result.out.size();
    });
  }
  for (auto& client : clients) {
    client.join();
  }
}

TEST_F(ControlMaster, RefusesTheEleventhChannel) {
  std::vector<std::unique_ptr<Program>> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(std::make_unique<Program>(shared("wait")));
    ASSERT_TRUE(waiting.back()->wait_for_output("waiting"));
  }
  EXPECT_EQ(run_program(shared("true")).status, 255);
  waiting.clear();
  ASSERT_TRUE(programs_.wait_until([](const auto& counts) { return counts.ended == 10; }));
  EXPECT_EQ(run_program(shared("true")).status, 0);
}

TEST_F(ControlMaster, LosesItsConnectionWhenTheKeyIsRemoved) {
  EXPECT_EQ(run_program(shared("true")).status, 0);
  known_.remove("alice");
  EXPECT_NE(run_program(shared("true")).status, 0);
  const auto ended = master_->finish();
  EXPECT_EQ(ended.status, 255);
  EXPECT_NE(ended.err.find("the key is no longer accepted"), std::string::npos) << ended.err;
}

TEST_F(ControlMaster, EndsOneChannelWithoutTheOthers) {
  Program first(shared("wait"));
  Program second(shared("wait"));
  ASSERT_TRUE(first.wait_for_output("waiting"));
  ASSERT_TRUE(second.wait_for_output("waiting"));
  first.kill();
  // The master notices the death of its client at the next thing that it has to do.
  EXPECT_EQ(run_program(shared("echo still here")).out, "still here\n");
  ASSERT_TRUE(programs_.wait_until([](const auto& counts) { return counts.gone == 1; }));
}

}  // namespace
}  // namespace minpaas::test
