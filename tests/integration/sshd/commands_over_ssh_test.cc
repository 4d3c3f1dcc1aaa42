// The commands behind the SSH server, typed into the real `ssh`: what its joining of words, its
// streams, a terminal and a lost connection make of them.
#include <gmock/gmock.h>

#include <csignal>

#include "sshd/commands/command_handler.h"
#include "tests/integration/sshd/ssh_server_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_platform.h"

namespace minpaas::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class CommandsOverSsh : public SshServerTest {
 protected:
  CommandsOverSsh() {
    platform_.deploy("blog", *Oid::parse("1a2b3c4d5e6f708192a3b4c5d6e7f80910111213"));
    platform_.add_log("blog", {ProcessType::web(), 1, standing_.now(), "it runs"});
    start();
  }

  ~CommandsOverSsh() override { server_.reset(); }

  sshd::ExecHandler& handler() override { return commands_; }

  ProgramResult run(const std::vector<std::string>& words, std::string_view input = "") {
    return run_program(ssh() + words, input);
  }

  FakeClock standing_;
  FakePlatform platform_{standing_};
  sshd::commands::CommandHandler commands_{platform_, clock_};
};

TEST_F(CommandsOverSsh, GreetWhoeverAsksForAShell) {
  const auto greeted = run_program(ssh() + std::vector<std::string>{});
  EXPECT_EQ(greeted.status, 0) << greeted.err;
  EXPECT_THAT(greeted.out, StartsWith("Hello alice, this is MinPaas"));
}

TEST_F(CommandsOverSsh, ExplainTheQuotesThatTheLocalShellTook) {
  const auto refused = run({"config:set", "blog", "GREETING=hello world"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("\"config:set blog GREETING='hello world'\""));
  EXPECT_EQ(run({"config:set blog GREETING='hello world'"}).status, 0);
  EXPECT_EQ(run({"config:get", "blog", "GREETING"}).out, "hello world\n");
}

TEST_F(CommandsOverSsh, CarryEveryByteOfAValue) {
  std::string value;
  while (value.size() < 64 * 1024) {
    value += static_cast<char>(value.size() % 255 + 1);
  }
  const auto set = run({"config:set", "blog", "VALUE=-"}, value + "\n");
  ASSERT_EQ(set.status, 0) << set.err;
  EXPECT_TRUE(run({"config:get", "blog", "VALUE"}).out == value + "\n");
  ASSERT_EQ(run({"apps:create", "copy"}).status, 0);
  const auto exported = run({"config:export", "blog"});
  ASSERT_EQ(run({"config:set", "copy", "-"}, exported.out).status, 0);
  EXPECT_TRUE(run({"config:get", "copy", "VALUE"}).out == value + "\n");
}

TEST_F(CommandsOverSsh, KeepDataAndWordsApart) {
  const auto restarted = run({"ps:restart", "blog"});
  EXPECT_EQ(restarted.status, 0);
  EXPECT_THAT(restarted.out, IsEmpty());
  EXPECT_THAT(restarted.err, EndsWith("Restarted blog: v1\n"));
  const auto unknown = run({"apps:info", "nobody", "--json"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_THAT(unknown.out, IsEmpty());
  EXPECT_THAT(unknown.err, StartsWith("{\"error\":{\"code\":\"not_found\""));
}

TEST_F(CommandsOverSsh, EndALogThatIsFollowedByCtrlC) {
  Program follower(ssh() + std::vector<std::string>{"-tt", "logs", "blog", "--follow"});
  ASSERT_TRUE(follower.wait_for_output("app[web.1]: it runs\r\n"));
  EXPECT_EQ(follower.finish("\x03").status, 130);
}

TEST_F(CommandsOverSsh, EndALogWhoseFollowerIsGone) {
  {
    Program follower(ssh() + std::vector<std::string>{"logs", "blog", "--follow"});
    ASSERT_TRUE(follower.wait_for_output("it runs\n"));
    follower.kill();
  }
  EXPECT_EQ(run({"version"}).status, 0);
  EXPECT_TRUE(server_->stop(milliseconds(0))) << "a command still runs";
}

TEST_F(CommandsOverSsh, AskForAFileWhereATerminalIsInTheWay) {
  const auto refused = run({"-tt", "config:set", "blog", "-"}, "A=1\n");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.out, HasSubstr("standard input, which is a terminal here\r\n"));
}

}  // namespace
}  // namespace minpaas::test
