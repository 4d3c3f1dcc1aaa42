#include "core/git/remote_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minpaas::git {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RemoteUrls, HaveTheirParts) {
  const auto https = RemoteUrl::parse("https://github.com/acme/blog.git");
  ASSERT_TRUE(https);
  EXPECT_EQ(https->host(), "github.com");
  EXPECT_EQ(https->port(), "443");
  EXPECT_EQ(https->path(), "/acme/blog.git");
  EXPECT_FALSE(https->has_secret());
  EXPECT_EQ(https->shown(), "https://github.com/acme/blog.git");
  const auto ssh = RemoteUrl::parse("ssh://me@[2001:db8::1]:2200/~/x");
  ASSERT_TRUE(ssh);
  EXPECT_EQ(ssh->host(), "2001:db8::1");
  EXPECT_EQ(ssh->shown(), "ssh://me@[2001:db8::1]:2200/~/x");
  const auto scp = RemoteUrl::parse("git@github.com:acme/blog.git");
  ASSERT_TRUE(scp);
  EXPECT_EQ(scp->scheme(), RemoteUrl::Scheme::Ssh);
  EXPECT_EQ(scp->path(), "acme/blog.git");
  EXPECT_EQ(RemoteUrl::parse("ssh://host/x")->user(), "git");
}

TEST(RemoteUrls, NeverShowUserAndPassword) {
  for (const char* text : {"https://ada:s3cr%40t@host:8443/x", "https://s3cret@host:8443/x",
                           "https://ada:s3cret@x@host:8443/x"}) {
    const auto url = RemoteUrl::parse(text);
    ASSERT_TRUE(url) << text;
    EXPECT_TRUE(url->has_secret());
    EXPECT_EQ(url->shown(), "https://***@host:8443/x");
    EXPECT_EQ(url->plain(), "https://host:8443/x");
  }
  EXPECT_EQ(RemoteUrl::parse("https://ada:s3cr%40t@host/x")->password(), "s3cr@t");
  EXPECT_EQ(shown_url("https://ada:s3cret@host/x"), "https://***@host/x");
}

TEST(RemoteUrls, OfWhichNoneCanBeMadeAreNotShownAtAll) {
  for (const char* text : {"https://ada:s3cret@", "ftp://ada:s3cret@host/x",
                           "https://host/x?access_token=s3cret", "s3cret"}) {
    EXPECT_EQ(shown_url(text), "") << text;
  }
}

TEST(RemoteUrls, AreNothingElse) {
  for (const std::string& text : {std::string(),
                                  std::string("/srv/app.git"),
                                  std::string("../app"),
                                  std::string("app"),
                                  std::string("file:///etc"),
                                  std::string("git://host/x"),
                                  std::string("ftp://host/x"),
                                  std::string("ext::sh -c id"),
                                  std::string("https://"),
                                  std::string("https://host"),
                                  std::string("https://host/"),
                                  std::string("https:///x"),
                                  std::string("https://-x/y"),
                                  std::string("https://host:0/x"),
                                  std::string("https://host:99999/x"),
                                  std::string("https://ho st/x"),
                                  std::string("https://host/x\ny"),
                                  std::string("https://host/x?token=1"),
                                  std::string("ssh://-oProxyCommand=id@host/x"),
                                  std::string("-oProxyCommand=id@host:x"),
                                  std::string("git@-oProxyCommand=id:x"),
                                  std::string("git@host:-x"),
                                  std::string("ssh://git:s3cret@host/x"),
                                  std::string("https://a%0ab@host/x"),
                                  std::string("https://a%zz@host/x"),
                                  "https://host/" + std::string(3000, 'x')}) {
    const auto url = RemoteUrl::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::InvalidInput);
    EXPECT_THAT(url.error().for_log(), Not(HasSubstr("s3cret")));
  }
}

}  // namespace
}  // namespace minpaas::git
