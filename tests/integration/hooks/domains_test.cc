// Host names of apps over real stores, with a router that remembers what it is told.
#include <gmock/gmock.h>

#include <thread>

#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DomainsOfApps : public testing::Test {
 protected:
  Domains& domains() { return bed_.platform().domains(); }

  static std::vector<HostName> hosts(const std::vector<std::string>& texts) {
    std::vector<HostName> hosts;
    for (const std::string& text : texts) {
      hosts.push_back(*HostName::parse(text));
    }
    return hosts;
  }

  Result<std::vector<HostName>> add(const AppName& app, const std::vector<std::string>& texts) {
    return domains().add(bed_.admin, app, hosts(texts));
  }

  Result<void> remove(const AppName& app, const std::vector<std::string>& texts) {
    return domains().remove(bed_.admin, app, hosts(texts));
  }

  /// Names of the app, its own one first.
  std::vector<std::string> listed(const AppName& app) {
    std::vector<std::string> names;
    const auto all = domains().list(bed_.admin, app);
    for (const Domain& domain : *all) {
      names.push_back(domain.host);
    }
    return names;
  }

  /// What the router was told last.
  std::vector<std::string> routed(const AppName& app) {
    const auto table = bed_.router.domains();
    const auto found = table.find(app);
    return found == table.end() ? std::vector<std::string>() : found->second;
  }

  test::DeployBed bed_;
  AppName blog_ = bed_.make_app("blog");
  AppName shop_ = bed_.make_app("shop");
};

TEST_F(DomainsOfApps, LeadToTheAppAtOnceAndAfterARestart) {
  EXPECT_THAT(listed(blog_), ElementsAre("blog.example.com"));
  EXPECT_EQ(add(blog_, {"www.example.org", "a.example.org"})->size(), 2U);
  EXPECT_THAT(listed(blog_), ElementsAre("blog.example.com", "a.example.org", "www.example.org"));
  EXPECT_THAT(routed(blog_), ElementsAre("a.example.org", "www.example.org"));
  EXPECT_THAT(bed_.platform().app(bed_.admin, blog_)->domains,
              ElementsAre("a.example.org", "www.example.org"));
  ASSERT_TRUE(bed_.router.set_domains(blog_, {}));
  bed_.restart();
  ASSERT_TRUE(bed_.server().domains.prepare());
  EXPECT_THAT(routed(blog_), ElementsAre("a.example.org", "www.example.org"));
  ASSERT_TRUE(remove(blog_, {"www.example.org"}));
  EXPECT_THAT(routed(blog_), ElementsAre("a.example.org"));
}

TEST_F(DomainsOfApps, CanBeAddedAgain) {
  ASSERT_TRUE(add(blog_, {"a.example.org"}));
  EXPECT_THAT(*add(blog_, {"a.example.org", "blog.example.com", "b.example.org", "b.example.org"}),
              ElementsAre(*HostName::parse("b.example.org")));
}

TEST_F(DomainsOfApps, AreOfOneAppOnlyAndAllOrNone) {
  ASSERT_TRUE(add(blog_, {"taken.example.org"}));
  const auto refused = add(shop_, {"free.example.org", "taken.example.org"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(refused.error().message, "taken.example.org belongs to blog");
  EXPECT_THAT(listed(shop_), ElementsAre("shop.example.com"));
  EXPECT_THAT(routed(shop_), IsEmpty());
  ASSERT_TRUE(remove(blog_, {"taken.example.org"}));
  EXPECT_TRUE(add(shop_, {"taken.example.org"}));
}

TEST_F(DomainsOfApps, CannotBeThoseThatAppsHaveByThemselves) {
  for (const char* name : {"shop.example.com", "nobody.example.com", "*.example.com"}) {
    const auto refused = add(blog_, {name});
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  }
  EXPECT_TRUE(add(blog_, {"example.com", "www.blog.example.com"}));
  EXPECT_EQ(remove(blog_, {"blog.example.com"}).error().code, ErrorCode::Conflict);
}

TEST_F(DomainsOfApps, ThatAreNotThereCannotBeRemoved) {
  ASSERT_TRUE(add(blog_, {"a.example.org"}));
  EXPECT_EQ(remove(blog_, {"a.example.org", "b.example.org"}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(remove(shop_, {"a.example.org"}).error().code, ErrorCode::NotFound);
  EXPECT_THAT(listed(blog_), ElementsAre("blog.example.com", "a.example.org"));
}

TEST_F(DomainsOfApps, OfAnAppThatOneMayNotSeeAreNotToldTo) {
  const auto bob = bed_.server().users.add("bob", Role::Member, bed_.clock.now());
  ASSERT_TRUE(bob);
  ASSERT_TRUE(bed_.server().grants.put(shop_, {"bob", AppRight::Admin, "ada", bed_.clock.now()}));
  const Actor member{bob->id, "bob", Role::Member, "SHA256:y", ""};
  ASSERT_TRUE(add(blog_, {"a.example.org"}));
  const auto refused = domains().add(member, shop_, hosts({"a.example.org"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a.example.org belongs to another app");
  EXPECT_EQ(refused.error().hint, "");
}

TEST_F(DomainsOfApps, StayAsTheyAreWhileTheAppIsLocked) {
  ASSERT_TRUE(bed_.platform().lock(bed_.admin, blog_));
  EXPECT_EQ(add(blog_, {"a.example.org"}).error().code, ErrorCode::Conflict);
  EXPECT_EQ(remove(blog_, {"a.example.org"}).error().code, ErrorCode::Conflict);
}

TEST_F(DomainsOfApps, StayAsTheyWereWhenTheRouterRefuses) {
  ASSERT_TRUE(add(blog_, {"a.example.org"}));
  bed_.router.refusal = Error{ErrorCode::Failed, "no", "", ""};
  EXPECT_FALSE(add(blog_, {"b.example.org"}));
  EXPECT_THAT(listed(blog_), ElementsAre("blog.example.com", "a.example.org"));
}

TEST_F(DomainsOfApps, NeedARouterThatKnowsNames) {
  bed_.router.has_names = false;
  const auto refused = add(blog_, {"a.example.org"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_TRUE(bed_.server().domains.prepare());
}

TEST_F(DomainsOfApps, OfThePlatformAreKeptButForTheAppsOwnPart) {
  for (const char* host : {"*.example.com", "shop.example.com", "a.shop.example.com",
                           "*.shop.example.com", "x.y.example.com", "*.com"}) {
    EXPECT_EQ(add(blog_, {host}).error().code, ErrorCode::Conflict) << host;
  }
  EXPECT_TRUE(add(blog_, {"a.blog.example.com", "*.blog.example.com", "example.com"}));
}

TEST_F(DomainsOfApps, OfMembersTakeNoneOfAnothersByAWildcard) {
  const auto row = bed_.server().users.add("bob", Role::Member, bed_.clock.now());
  const Actor bob{row->id, "bob", Role::Member, "", ""};
  ASSERT_TRUE(bed_.server().grants.put(blog_, {"bob", AppRight::Admin, "ada", bed_.clock.now()}));
  ASSERT_TRUE(add(shop_, {"*.example.org", "www.example.net"}));
  for (const char* host :
       {"login.example.org", "*.example.net", "*.example.org", "*.org", "example.com"}) {
    EXPECT_EQ(domains().add(bob, blog_, hosts({host})).error().code, ErrorCode::Conflict) << host;
  }
  EXPECT_TRUE(domains().add(bob, blog_, hosts({"a.b.example.org", "example.org", "*.b.net"})));
  EXPECT_TRUE(domains().add(bob, blog_, hosts({"c.b.net"}))) << "the wildcard is its own";
  EXPECT_TRUE(add(blog_, {"login.example.org"})) << "an administrator may";
}

TEST_F(DomainsOfApps, AreFreeWhenTheirAppIsDestroyed) {
  ASSERT_TRUE(add(blog_, {"a.example.org"}));
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, blog_, false));
  EXPECT_THAT(routed(blog_), IsEmpty());
  EXPECT_TRUE(add(shop_, {"a.example.org"}));
}

TEST_F(DomainsOfApps, GetCertificatesOfTheirOwn) {
  bed_.settings.certs.email = "ada@example.com";
  ASSERT_TRUE(add(blog_, {"www.example.org"}));
  const auto hosts = bed_.platform().certificates().list(bed_.admin, blog_)->hosts;
  ASSERT_EQ(hosts.size(), 2U);
  EXPECT_EQ(hosts.at(1).host, "www.example.org");
  bed_.server().certificates.start();
  ASSERT_TRUE(bed_.platform().certificates().set_automatic(bed_.admin, blog_, Automatic::On, {}));
  ASSERT_TRUE(add(blog_, {"late.example.org"}));
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!bed_.router.shown().by_host.contains("late.example.org") &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_TRUE(bed_.router.shown().by_host.contains("late.example.org"));
  EXPECT_TRUE(bed_.router.shown().by_host.contains("www.example.org"));
}

}  // namespace
}  // namespace minpaas::hooks
