#include "cmd/minpaas/server_address.h"

#include <gmock/gmock.h>

namespace minpaas::client {
namespace {

ServerAddress address(std::string_view text) {
  const auto parsed = parse_server_address(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : ServerAddress{};
}

GitRemote remote(std::string_view url) {
  const auto parsed = parse_git_remote(url);
  EXPECT_TRUE(parsed) << url;
  return parsed ? *parsed : GitRemote{};
}

TEST(ServerAddress, IsReadInAllItsForms) {
  EXPECT_EQ(address("host"), (ServerAddress{"", "host", ""}));
  EXPECT_EQ(address("host:2222"), (ServerAddress{"", "host", "2222"}));
  EXPECT_EQ(address("bob@host:02222"), (ServerAddress{"bob", "host", "2222"}));
  EXPECT_EQ(address("[::1]:2222"), (ServerAddress{"", "::1", "2222"}));
  EXPECT_EQ(address("bob@[::1]"), (ServerAddress{"bob", "::1", ""}));
  EXPECT_EQ(address("fe80::1%eth0"), (ServerAddress{"", "fe80::1%eth0", ""}));
  EXPECT_EQ(address("ssh://bob@host:2222/"), (ServerAddress{"bob", "host", "2222"}));
}

TEST(ServerAddress, NeverBecomesAnOptionOfSsh) {
  for (const char* text : {"-oProxyCommand=touch x", "-x@host", "--", "[-x]:22", "bob@-x",
                           "ssh://-oProxyCommand=x", ""}) {
    EXPECT_FALSE(parse_server_address(text)) << text;
  }
  EXPECT_FALSE(parse_git_remote("ssh://-oProxyCommand=x/blog"));
  EXPECT_FALSE(parse_git_remote("-oProxyCommand=x:blog"));
  EXPECT_FALSE(parse_git_remote("-x@host:blog"));
}

TEST(ServerAddress, HasNoControlCharacterAndNothingForAShell) {
  for (const char* text : {"ho st", "ho\nst", "ho\x1b[2J", "$(x)", "a;b", "a`b`", "a|b", "a'b",
                           "a\\b", "x\x7f", "bo b@host", "a/b", "@host"}) {
    EXPECT_FALSE(parse_server_address(text)) << text;
  }
}

TEST(ServerAddress, RefusesBadPorts) {
  for (const char* text : {"host:", "host:0", "host:65536", "host:22x", "host:-1", "host:999999",
                           "[::1", "[::1]x", "[::1]:"}) {
    EXPECT_FALSE(parse_server_address(text)) << text;
  }
}

TEST(GitRemote, NamesServerAndApp) {
  EXPECT_EQ(remote("ssh://minpaas@host:2222/blog").server,
            (ServerAddress{"minpaas", "host", "2222"}));
  for (const char* url :
       {"ssh://minpaas@host:2222/blog", "ssh://host/blog.git", "ssh://host/blog/",
        "ssh://host/~/blog", "host:blog", "bob@host:blog.git", "host:/blog", "host:~/blog",
        "[::1]:blog", "bob@[::1]:blog", "ssh://[::1]:22/blog", "git+ssh://host/blog"}) {
    EXPECT_EQ(remote(url).app, "blog") << url;
  }
  EXPECT_EQ(remote("[host:2222]:blog").server, (ServerAddress{"", "host", "2222"}));
  EXPECT_EQ(remote("bob@[::1]:blog").server, (ServerAddress{"bob", "::1", ""}));
  EXPECT_EQ(remote("minpaas:blog").server, (ServerAddress{"", "minpaas", ""}));
}

TEST(GitRemote, NamesNoAppWhereThePathIsNone) {
  for (const char* url : {"ssh://host", "ssh://host/", "host:", "host:a/b", "host:Blog", "host:-x",
                          "ssh://host/../blog", "host:blog\nx"}) {
    EXPECT_EQ(remote(url).app, std::nullopt) << url;
  }
}

TEST(GitRemote, IsReadOverSshOnly) {
  for (const char* url : {"https://host/blog", "/srv/blog", "../blog", "./a:b", "file:///x",
                          "git://host/x", "blog", "", "C/x:y"}) {
    EXPECT_FALSE(parse_git_remote(url)) << url;
  }
}

TEST(GitRemote, IsWrittenSoThatItIsReadBack) {
  for (const char* text : {"host", "host:2222", "bob@host", "[::1]:2222", "bob@[::1]"}) {
    const auto server = address(text);
    const auto back = remote(server.git_url("blog"));
    EXPECT_EQ(back.server, server) << text;
    EXPECT_EQ(back.app, "blog") << text;
  }
  EXPECT_EQ(address("minpaas").git_url("blog"), "minpaas:blog");
  EXPECT_EQ(address("bob@host:2222").git_url("blog"), "ssh://bob@host:2222/blog");
}

}  // namespace
}  // namespace minpaas::client
