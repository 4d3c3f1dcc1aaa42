#include "core/app/host_name.h"

#include <gmock/gmock.h>

namespace minpaas {
namespace {

using testing::HasSubstr;

TEST(HostName, TakesNamesInLowerCaseWithoutTheLastDot) {
  EXPECT_EQ(HostName::parse("WWW.Example.COM.")->str(), "www.example.com");
  for (const char* good : {"example.com", "a.b.c.d", "intranet", "xn--bcher-kva.example",
                           "*.example.com", "4you.example", "1.2.3.example"}) {
    const auto host = HostName::parse(good);
    ASSERT_TRUE(host) << good;
    EXPECT_EQ(host->str(), good);
  }
}

TEST(HostName, RefusesWhatIsNone) {
  const std::string long_label(64, 'a');
  std::string long_name = "a";
  while (long_name.size() <= 253) {
    long_name += ".a";
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"),
        std::string("-a.b"), std::string("a-.b"), std::string("a_b.c"), std::string("a b"),
        std::string("a.b\n"), std::string("*"), std::string("*."), std::string("a.*.b"),
        std::string("*a.b"), std::string("*.*.b"), std::string("a.b;c"), long_label + ".b",
        long_name}) {
    const auto host = HostName::parse(bad);
    ASSERT_FALSE(host) << bad;
    EXPECT_EQ(host.error().code, ErrorCode::InvalidInput);
  }
}

TEST(HostName, SaysWhatToWriteInstead) {
  EXPECT_THAT(HostName::parse("http://a.example/").error().hint, HasSubstr("the name alone"));
  EXPECT_THAT(HostName::parse("a.example:80").error().hint, HasSubstr("without a port"));
  EXPECT_THAT(HostName::parse("b\xc3\xbc"
                              "cher.example")
                  .error()
                  .hint,
              HasSubstr("xn--"));
  EXPECT_THAT(HostName::parse("10.0.0.1").error().message, HasSubstr("is an address"));
  EXPECT_THAT(HostName::parse("a\x1b[31m.b").error().message, HasSubstr("'a\\x1b[31m.b'"));
}

TEST(HostName, KnowsItsParent) {
  EXPECT_TRUE(HostName::parse("blog.localhost")->is_child_of("localhost"));
  EXPECT_TRUE(HostName::parse("*.localhost")->is_child_of("localhost"));
  EXPECT_FALSE(HostName::parse("a.blog.localhost")->is_child_of("localhost"));
  EXPECT_FALSE(HostName::parse("localhost")->is_child_of("localhost"));
  EXPECT_TRUE(HostName::parse("localhost")->is_within("localhost"));
  EXPECT_TRUE(HostName::parse("*.localhost")->is_within("localhost"));
  EXPECT_TRUE(HostName::parse("a.b.localhost")->is_within("localhost"));
  EXPECT_FALSE(HostName::parse("notlocalhost")->is_within("localhost"));
  EXPECT_EQ(HostName::parse("a.example.org")->covering(), *HostName::parse("*.example.org"));
  EXPECT_FALSE(HostName::parse("*.example.org")->covering());
  EXPECT_FALSE(HostName::parse("localhost")->covering());
}

}  // namespace
}  // namespace minpaas
