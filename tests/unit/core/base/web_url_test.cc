#include "core/base/web_url.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

TEST(WebUrl, IsHttpOrHttpsWithAHost) {
  for (const char* url : {"http://example.com", "https://example.com:8443/hook?a=b#c",
                          "https://[2001:db8::1]/", "http://127.0.0.1/a@b"}) {
    EXPECT_TRUE(is_web_url(url)) << url;
  }
}

TEST(WebUrl, IsNothingElse) {
  for (const char* url :
       {"", "example.com", "ftp://example.com", "file:///etc/passwd", "HTTP://example.com",
        "http://", "http:///path", "https://:80/", "http://ada:pw@example.com/", "http://a b/",
        "http://a\r\nX: y", "http://ex\xc3\xa4mple.com/"}) {
    EXPECT_FALSE(is_web_url(url)) << url;
  }
}

TEST(WebUrl, ShowsItsHostAndNothingBehindIt) {
  EXPECT_EQ(host_of_url("https://hooks.example.com:8443/T0/secret"), "hooks.example.com:8443");
  EXPECT_EQ(host_of_url("http://example.com?key=secret"), "example.com");
  EXPECT_EQ(host_of_url("http://example.com\\@other/"), "example.com");
  EXPECT_EQ(host_of_url("ssh://example.com"), "");
}

}  // namespace
}  // namespace minpaas
