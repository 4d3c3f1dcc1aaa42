#include "tests/integration/sshd/ssh_server_fixture.h"

namespace minpaas::test {
namespace {

using OpenSsh = SshServerTest;

constexpr std::size_t kThirtyMegabytes = 30 << 20;

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

TEST_F(OpenSsh, GreetsWhoAsksForAShell) {
  start();
  const auto result = run_program(ssh() + std::vector<std::string>{"-T"});
  EXPECT_EQ(result.out, "Hello alice, no shell here.\n");
  EXPECT_EQ(result.status, 1);
}

}  // namespace
}  // namespace minpaas::test
