#include "core/state/domain_store.h"

#include <gmock/gmock.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using testing::ElementsAre;
using testing::IsEmpty;

class DomainsOfApps : public testing::Test {
 protected:
  DomainStore store() { return DomainStore(file_.database()); }

  std::vector<std::string> hosts(const AppName& app) {
    std::vector<std::string> hosts;
    const auto rows = store().of_app(app);
    for (const DomainRow& row : *rows) {
      hosts.push_back(row.host.str());
    }
    return hosts;
  }

  static HostName host(const std::string& text) { return *HostName::parse(text); }

  test::StateFile file_;
  AppName blog_ = add_app(file_, "blog").name;
  AppName shop_ = add_app(file_, "shop").name;
  SystemTime now_{std::chrono::seconds(1'700'000'000)};
};

TEST_F(DomainsOfApps, AreKeptInOrder) {
  ASSERT_TRUE(store().add(blog_, {host("www.example.org"), host("*.example.org")}, now_));
  file_.reopen();
  EXPECT_THAT(hosts(blog_), ElementsAre("*.example.org", "www.example.org"));
  EXPECT_EQ(store().of_app(blog_)->front().added_at, now_);
  EXPECT_EQ(*store().owner(host("www.example.org")), blog_);
  EXPECT_EQ(*store().owner(host("other.example.org")), std::nullopt);
}

TEST_F(DomainsOfApps, BelongToOneAppAndAreAddedTogetherOrNotAtAll) {
  ASSERT_TRUE(store().add(blog_, {host("taken.example")}, now_));
  const auto done = store().add(shop_, {host("free.example"), host("taken.example")}, now_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Conflict);
  EXPECT_THAT(hosts(shop_), IsEmpty());
  EXPECT_THAT(hosts(blog_), ElementsAre("taken.example"));
}

TEST_F(DomainsOfApps, StayAsTheyAreWhenTheyAreAddedAgain) {
  ASSERT_TRUE(store().add(blog_, {host("a.example")}, now_));
  ASSERT_TRUE(store().add(blog_, {host("a.example")}, now_ + std::chrono::hours(1)));
  EXPECT_EQ(store().of_app(blog_)->front().added_at, now_);
}

TEST_F(DomainsOfApps, AreRemovedFromTheirAppOnly) {
  ASSERT_TRUE(store().add(blog_, {host("a.example"), host("b.example")}, now_));
  ASSERT_TRUE(store().remove(shop_, {host("a.example")}));
  ASSERT_TRUE(store().remove(blog_, {host("b.example")}));
  EXPECT_THAT(hosts(blog_), ElementsAre("a.example"));
}

TEST_F(DomainsOfApps, GoWithTheirApp) {
  ASSERT_TRUE(store().add(blog_, {host("a.example")}, now_));
  ASSERT_TRUE(file_.apps().destroy(blog_));
  EXPECT_EQ(*store().owner(host("a.example")), std::nullopt);
  EXPECT_EQ(store().of_app(blog_).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().add(blog_, {host("a.example")}, now_).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::state
