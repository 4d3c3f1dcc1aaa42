#include "config/setting_value.h"

#include <gtest/gtest.h>

namespace minpaas::config {
namespace {

/// What `kind` makes of `value`, written again; or the error's message.
template <typename Kind>
std::string again(const Kind& kind, std::string_view value) {
  const auto parsed = kind.parse(value);
  return parsed ? kind.text(*parsed) : parsed.error().message;
}

TEST(WholeValue, HasBounds) {
  const Whole<int> kind{1, 10};
  EXPECT_EQ(again(kind, "10"), "10");
  EXPECT_EQ(again(kind, "11"), "value 11 is outside 1 to 10");
  EXPECT_EQ(again(kind, "1.5"), "value '1.5' is not a whole number");
}

TEST(BytesValue, IsWrittenInTheLargestWholeUnit) {
  const Bytes kind{0};
  EXPECT_EQ(again(kind, "1024m"), "1g");
  EXPECT_EQ(again(kind, "1536m"), "1536m");
  EXPECT_EQ(again(kind, "2GB"), "2g");
  EXPECT_EQ(again(kind, "1000"), "1000");
  EXPECT_EQ(again(kind, "0"), "0");
  EXPECT_EQ(again(kind, "lots"), "value 'lots' is not valid");
  EXPECT_EQ(again(Bytes{1 << 20}, "5k"), "value '5k' is less than 1m");
}

TEST(DurationValue, IsWrittenInTheLargestWholeUnit) {
  const Duration<seconds> kind{seconds(0), std::chrono::hours(48)};
  EXPECT_EQ(again(kind, "900s"), "15m");
  EXPECT_EQ(again(kind, "90"), "90s");
  EXPECT_EQ(again(kind, "24h"), "1d");
  EXPECT_EQ(again(kind, "0s"), "0");
  EXPECT_EQ(again(kind, "3000ms"), "3s");
  EXPECT_EQ(again(kind, "1500ms"), "value '1500ms' is no whole number of seconds");
  EXPECT_EQ(again(kind, "3d"), "value '3d' is outside 0 to 2d");
  EXPECT_EQ(again(kind, "soon"), "value 'soon' is no duration");
  EXPECT_EQ(again(Duration<milliseconds>{milliseconds(1), seconds(9)}, "1500ms"), "1500ms");
}

TEST(CpusValue, MayHaveDecimals) {
  EXPECT_EQ(again(Cpus{}, "0.5"), "0.5");
  EXPECT_EQ(again(Cpus{}, "2"), "2");
  for (const char* bad : {"", "0", "-1", "1e3", "nan", "inf", "2 ", "5000", "half"}) {
    EXPECT_EQ(again(Cpus{}, bad),
              "value '" + std::string(bad) + "' is no number from 0.01 to 1024");
  }
}

TEST(YesNoValue, HasManyWords) {
  for (const char* yes : {"yes", "true", "on", "1"}) {
    EXPECT_EQ(again(YesNo{}, yes), "yes");
  }
  for (const char* no : {"no", "false", "off", "0"}) {
    EXPECT_EQ(again(YesNo{}, no), "no");
  }
  EXPECT_EQ(again(YesNo{}, "maybe"), "value 'maybe' is neither yes nor no");
}

TEST(OneOfValue, NamesTheWords) {
  const OneOf<PullPolicy> kind{{{PullPolicy::Always, "always"}, {PullPolicy::Never, "never"}}};
  EXPECT_EQ(again(kind, "never"), "never");
  EXPECT_EQ(again(kind, "Never"), "value 'Never' is none of always, never");
}

TEST(ListenValue, IsAnIpAddressAndAPort) {
  for (const char* good : {"0.0.0.0:80", "127.0.0.1:65535", "[::]:2222", "[2001:db8::1]:1"}) {
    EXPECT_EQ(again(Listen{}, good), good);
  }
  for (const char* bad : {"", ":", ":80", "80", "0.0.0.0", "0.0.0.0:", "0.0.0.0:0", "0.0.0.0:65536",
                          "0.0.0.0:80x", "1.2.3:80", "localhost:80", "::1:80", "[]:80", "[::1]",
                          "[::1]80", "[127.0.0.1]:80", "*:80"}) {
    EXPECT_EQ(again(Listen{}, bad), "value '" + std::string(bad) + "' is no address and port");
  }
}

TEST(ListenListValue, IsSeparatedBySpacesOrCommas) {
  EXPECT_EQ(again(ListenList{}, "0.0.0.0:1 [::]:2,1.2.3.4:3 ,\t5.6.7.8:4"),
            "0.0.0.0:1, [::]:2, 1.2.3.4:3, 5.6.7.8:4");
  EXPECT_EQ(again(ListenList{}, " , "), "there is no address");
  EXPECT_EQ(again(ListenList{}, "0.0.0.0:1, x"), "value 'x' is no address and port");
}

TEST(PathValue, IsWhole) {
  EXPECT_EQ(again(Path{WhenEmpty::Refused}, "/a b/c"), "/a b/c");
  EXPECT_EQ(again(Path{WhenEmpty::Refused}, ""), "there is no path");
  EXPECT_EQ(again(Path{WhenEmpty::Allowed}, ""), "");
  EXPECT_EQ(again(Path{WhenEmpty::Allowed}, "~/keys"),
            "value '~/keys' begins with ~, which only a shell understands");
}

TEST(TextChecks, KnowWhatCanWork) {
  EXPECT_TRUE(check_docker_host("unix:///run/docker.sock"));
  for (const char* bad : {"", "/run/docker.sock", "unix://", "unix:///", "tcp://10.0.0.1:2375"}) {
    EXPECT_FALSE(check_docker_host(bad)) << bad;
  }
  for (const char* good : {"auto", "haproxy", "direct"}) {
    EXPECT_TRUE(check_router_kind(good)) << good;
  }
  EXPECT_EQ(check_router_kind("nginx").error().message, "there is no router 'nginx'");
  for (const char* good : {"localhost", "apps.example.com", "10.0.0.1", "X-1.org"}) {
    EXPECT_TRUE(check_domain(good)) << good;
  }
  for (const char* bad : {"", ".", "a..b", "-a.com", "a-.com", "a b", "a/b", "http://a"}) {
    EXPECT_FALSE(check_domain(bad)) << bad;
  }
  EXPECT_FALSE(check_domain(std::string(64, 'a')));
  EXPECT_TRUE(check_ip_address("::"));
  EXPECT_FALSE(check_ip_address("localhost"));
  for (const char* good :
       {"localhost/minpaas/python-base", "python:3.12-slim", "r.io:5000/a@sha256:b"}) {
    EXPECT_TRUE(check_image(good)) << good;
  }
  for (const char* bad : {"", "a b", "--privileged", "a\tb"}) {
    EXPECT_FALSE(check_image(bad)) << bad;
  }
}

TEST(TextChecks, KnowBranchNamesAsGitDoes) {
  for (const char* good : {"main", "feature/x", "v1.2", "a-b_c", "refs"}) {
    EXPECT_TRUE(check_branch(good)) << good;
  }
  for (const char* bad : {"",     "refs/heads/main",
                          "-x",   "/x",
                          "x/",   ".x",
                          "x.",   "x.lock",
                          "a..b", "a//b",
                          "a/.b", "a@{b",
                          "a b",  "a~b",
                          "a^b",  "a:b",
                          "a?b",  "a*b",
                          "a[b",  "a\\b",
                          "a\x7f"}) {
    EXPECT_FALSE(check_branch(bad)) << bad;
  }
  EXPECT_EQ(check_branch("refs/heads/main").error().hint, "write the branch alone, like main");
}

}  // namespace
}  // namespace minpaas::config
