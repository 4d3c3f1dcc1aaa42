#include "sshd/channel_requests.h"

#include <gtest/gtest.h>

namespace minpaas::sshd {
namespace {

TEST(ChannelRequestsTest, GiveTheRequestOnce) {
  ChannelRequests requests;
  EXPECT_FALSE(requests.take());
  EXPECT_TRUE(requests.env("GIT_PROTOCOL", "version=2"));
  EXPECT_TRUE(requests.env("LANG", "ca_ES.UTF-8@valencia"));
  EXPECT_TRUE(requests.terminal("xterm-256color", {.columns = 120, .rows = 50}));
  EXPECT_TRUE(requests.exec("apps --json"));
  const auto request = requests.take();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->command, "apps --json");
  EXPECT_EQ(request->env.at("GIT_PROTOCOL"), "version=2");
  EXPECT_EQ(request->env.at("LANG"), "ca_ES.UTF-8@valencia");
  EXPECT_TRUE(request->has_terminal);
  EXPECT_EQ(request->window, (WindowSize{.columns = 120, .rows = 50}));
  EXPECT_EQ(request->terminal_type, "xterm-256color");
  EXPECT_FALSE(requests.take());
}

TEST(ChannelRequestsTest, AllowOneExecPerChannel) {
  ChannelRequests requests;
  EXPECT_TRUE(requests.exec("one"));
  EXPECT_FALSE(requests.exec("two"));
  EXPECT_FALSE(requests.shell());
  EXPECT_EQ(requests.take()->command, "one");
  EXPECT_FALSE(requests.exec("three"));
}

TEST(ChannelRequestsTest, RefuseEnvironmentThatCouldChangePrograms) {
  ChannelRequests requests;
  for (const auto& [name, value] : {std::pair{"LD_PRELOAD", "/tmp/x.so"},
                                    {"PATH", "/tmp"},
                                    {"GIT_SSH_COMMAND", "id"},
                                    {"GIT_PROTOCOL", "version=3"},
                                    {"GIT_PROTOCOL", "version=2:x"},
                                    {"GIT_PROTOCOL", ""},
                                    {"git_protocol", "version=2"},
                                    {"LANG", "../../etc/passwd"},
                                    {"LANG", "C\nX=1"}}) {
    EXPECT_FALSE(requests.env(name, value)) << name << '=' << value;
  }
  requests.shell();
  EXPECT_TRUE(requests.take()->env.empty());
}

TEST(ChannelRequestsTest, RefuseEnvironmentFloods) {
  ChannelRequests requests;
  EXPECT_FALSE(requests.env("LANG", std::string(65, 'a')));
  for (int i = 0; i < 15; ++i) {
    EXPECT_TRUE(requests.env("LANG", "C"));
  }
  EXPECT_FALSE(requests.env("LANG", "C"));
}

TEST(ChannelRequestsTest, KeepOneByteMoreOfACommandThatIsTooLong) {
  ChannelRequests requests;
  EXPECT_TRUE(requests.exec(std::string(100'000, 'x')));
  EXPECT_EQ(requests.take()->command.size(), ChannelRequests::kMostCommandBytes + 1);
}

TEST(ChannelRequestsTest, RefuseWhatComesAfterExec) {
  ChannelRequests requests;
  requests.exec("true");
  EXPECT_FALSE(requests.env("LANG", "C"));
  EXPECT_FALSE(requests.terminal("xterm", {}));
}

TEST(ChannelRequestsTest, KeepTheWidthOfATerminalWithinReason) {
  for (const auto& [sent, kept] : {std::pair{0, 80}, {-5, 80}, {1'000'000, 1000}, {132, 132}}) {
    ChannelRequests requests;
    requests.terminal("xterm", {.columns = sent, .rows = 24});
    requests.shell();
    EXPECT_EQ(requests.take()->window.columns, kept) << sent;
  }
}

TEST(ChannelRequestsTest, TakeANewSizeUntilExec) {
  ChannelRequests requests;
  requests.terminal("xterm", {});
  requests.resize({.columns = 100, .rows = -1});
  requests.exec("run blog -- sh");
  requests.resize({.columns = 7, .rows = 7});
  EXPECT_EQ(requests.take()->window, (WindowSize{.columns = 100, .rows = 24}));
}

TEST(ChannelRequestsTest, DropATerminalTypeThatCouldBeMore) {
  for (const char* type : {"xterm;id", "a b", "x\nLD_PRELOAD=y", "../x", "\x1b[c"}) {
    ChannelRequests requests;
    EXPECT_TRUE(requests.terminal(type, {}));
    requests.shell();
    EXPECT_EQ(requests.take()->terminal_type, "") << type;
  }
}

TEST(ChannelRequestsTest, KnowGitServices) {
  for (const auto& [command, git, upload] : {std::tuple{"git-receive-pack 'blog'", true, true},
                                             {"git receive-pack blog", true, true},
                                             {"git-upload-pack 'blog'", true, false},
                                             {"logs blog", false, false},
                                             {"gitx-receive-pack", false, false}}) {
    ChannelRequests requests;
    requests.exec(command);
    EXPECT_EQ(requests.is_git(), git) << command;
    EXPECT_EQ(requests.expects_upload(), upload) << command;
  }
}

}  // namespace
}  // namespace minpaas::sshd
