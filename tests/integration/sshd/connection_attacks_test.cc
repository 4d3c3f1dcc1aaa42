// Peers that are no SSH clients, that hold on to things, or that ask for what is not served.
#include "tests/integration/sshd/raw_connection.h"
#include "tests/integration/sshd/ssh_server_fixture.h"

namespace minpaas::test {
namespace {

using Arguments = std::vector<std::string>;

class ConnectionAttacks : public SshServerTest {
 protected:
  [[nodiscard]] Arguments ssh_with(const Arguments& more) const {
    auto arguments = ssh();
    arguments.insert(arguments.begin() + 1, more.begin(), more.end());
    return arguments;
  }
};

TEST_F(ConnectionAttacks, ASilentConnectionEndsWithTheGraceTime) {
  start([](auto& options) { options.settings.login_grace = seconds(2); });
  RawConnection silent(port_);
  EXPECT_EQ(silent.read_line().substr(0, 8), "SSH-2.0-");
  EXPECT_TRUE(silent.is_closed_within(seconds(30)));
}

TEST_F(ConnectionAttacks, ABannerWithNothingAfterItEndsWithTheGraceTime) {
  start([](auto& options) { options.settings.login_grace = seconds(2); });
  RawConnection connection(port_);
  connection.send("SSH-2.0-slow\r\n");
  EXPECT_TRUE(connection.is_closed_within(seconds(30)));
}

TEST_F(ConnectionAttacks, RandomBytesEndTheConnectionAtOnce) {
  start([](auto& options) { options.settings.login_grace = seconds(600); });
  for (std::size_t size : {300U, 5000U, 100'000U}) {
    RawConnection connection(port_);
    connection.send(noise(size));
    EXPECT_TRUE(connection.is_closed_within(seconds(60))) << size;
  }
  EXPECT_EQ(run_ssh("true").status, 0);
}

TEST_F(ConnectionAttacks, RandomBytesAfterABannerEndTheConnectionAtOnce) {
  start([](auto& options) { options.settings.login_grace = seconds(600); });
  RawConnection connection(port_);
  connection.send("SSH-2.0-noise\r\n" + noise(50'000));
  EXPECT_TRUE(connection.is_closed_within(seconds(60)));
}

TEST_F(ConnectionAttacks, AnHttpRequestEndsTheConnectionAtOnce) {
  start([](auto& options) { options.settings.login_grace = seconds(600); });
  RawConnection connection(port_);
  connection.send("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
  EXPECT_TRUE(connection.is_closed_within(seconds(60)));
}

TEST_F(ConnectionAttacks, AnAddressHasOnlySoManyConnections) {
  start([](auto& options) { options.settings.max_sessions_per_address = 2; });
  auto first = std::make_unique<Program>(ssh() + Arguments{"wait"});
  auto second = std::make_unique<Program>(ssh() + Arguments{"wait"});
  ASSERT_TRUE(first->wait_for_output("waiting"));
  ASSERT_TRUE(second->wait_for_output("waiting"));
  EXPECT_EQ(RawConnection(port_).read_line(), "the address has too many connections\r\n");
  EXPECT_EQ(run_ssh("true").status, 255);
  first->kill();
  ASSERT_TRUE(programs_.wait_until([](const auto& counts) { return counts.gone == 1; }));
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  int status = 255;
  while (status == 255 && std::chrono::steady_clock::now() < deadline) {
    status = run_ssh("true").status;
  }
  EXPECT_EQ(status, 0);
}

TEST_F(ConnectionAttacks, SilentConnectionsOfAnAddressDoNotTakeAllItsPlaces) {
  start([](auto& options) { options.settings.max_unauthenticated_per_address = 3; });
  std::vector<RawConnection> silent;
  for (int i = 0; i < 3; ++i) {
    silent.emplace_back(port_);
    EXPECT_EQ(silent.back().read_line().substr(0, 4), "SSH-");
  }
  EXPECT_EQ(RawConnection(port_).read_line(), "the address has too many connections\r\n");
}

TEST_F(ConnectionAttacks, ForwardingIsRefused) {
  start();
  const std::string to_self = "127.0.0.1:" + std::to_string(port_);
  EXPECT_EQ(run_program(ssh_with({"-W", to_self})).status, 255);
  EXPECT_EQ(run_program(ssh_with({"-o", "ExitOnForwardFailure=yes", "-R", "0:" + to_self}) +
                        Arguments{"true"})
                .status,
            255);
}

TEST_F(ConnectionAttacks, FileTransferIsRefused) {
  start();
  EXPECT_NE(run_program(ssh_with({"-s"}) + Arguments{"sftp"}).status, 0);
  EXPECT_TRUE(programs_.wait_until([](const auto& counts) { return counts.started == 0; }));
}

TEST_F(ConnectionAttacks, AgentAndX11ForwardingOpenNothing) {
  start();
  const auto result = run_program(ssh_with({"-A", "-X"}) + Arguments{"env"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
}

TEST_F(ConnectionAttacks, AClientKilledInTheMiddleOfADownloadEndsItsRequest) {
  start();
  for (int i = 1; i <= 5; ++i) {
    Program client(ssh() + Arguments{"source 300000000"});
    ASSERT_TRUE(client.wait_for_output("\n"));
    client.kill();
    ASSERT_TRUE(programs_.wait_until([i](const auto& counts) { return counts.ended == i; }));
  }
}

TEST_F(ConnectionAttacks, AClientKilledInTheMiddleOfAnUploadEndsItsRequest) {
  start();
  for (int i = 1; i <= 5; ++i) {
    Program client(ssh() + Arguments{"git-receive-pack x"});
    std::thread feeder([&] { client.feed(noise(8 << 20)); });
    EXPECT_TRUE(client.wait_for_output("\n"));
    client.kill();
    feeder.join();
    ASSERT_TRUE(programs_.wait_until([i](const auto& counts) { return counts.ended == i; }));
  }
}

TEST_F(ConnectionAttacks, AClientKilledWhileKeysAreExchangedAnewEndsItsRequest) {
  start();
  for (int i = 1; i <= 5; ++i) {
    Program client(ssh_with({"-o", "RekeyLimit=64K"}) + Arguments{"source 300000000"});
    ASSERT_TRUE(client.wait_for_output("\n"));
    client.kill();
    ASSERT_TRUE(programs_.wait_until([i](const auto& counts) { return counts.ended == i; }));
  }
}

TEST_F(ConnectionAttacks, AStoppedClientHoldsNoMoreThanAQueueOfOutput) {
  start();
  Program client(ssh() + Arguments{"source 300000000"});
  ASSERT_TRUE(client.wait_for_output("\n"));
  client.send_signal(SIGSTOP);
  // Others are served while it stands, and it gets everything when it goes on.
  EXPECT_EQ(run_ssh("echo still here").out, "still here\n");
  client.send_signal(SIGCONT);
  const auto result = client.finish();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out.size(), 300'000'000U);
}

TEST_F(ConnectionAttacks, TypingOnATerminalBeforeTheCommandIsNoHarm) {
  start();
  const auto result = run_program(
      {"/usr/bin/python3",
       std::string(MINPAAS_SOURCE_DIR) + "/tests/integration/sshd/paramiko_run.py",
       std::to_string(port_), key("ed25519").string(), "--early-input", "typed\r", "cat"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "typed\r\n");
}

TEST_F(ConnectionAttacks, AChannelWithTinyPacketsEndsTheConnectionInsteadOfSpinning) {
  start();
  for (const char* size : {"10", "11", "20", "73"}) {
    const auto result = run_program(
        {"/usr/bin/python3",
         std::string(MINPAAS_SOURCE_DIR) + "/tests/integration/sshd/paramiko_run.py",
         std::to_string(port_), key("ed25519").string(), "--max-packet", size, "source 1000000"});
    EXPECT_EQ(result.status, 0) << size << ' ' << result.err;
  }
  // Its threads are free again: all requests have ended.
  ASSERT_TRUE(programs_.wait_until([](const auto& counts) { return counts.ended == 4; }));
  EXPECT_EQ(run_ssh("true").status, 0);
}

}  // namespace
}  // namespace minpaas::test
