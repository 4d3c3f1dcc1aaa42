#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/haproxy_bed.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;
using testing::HasSubstr;

TEST_F(Haproxy, ServesDomainsWithoutReadingTheFileAgain) {
  ASSERT_TRUE(switch_to({run("one")}));
  const auto before = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  EXPECT_THAT(get(by_name_, "www.example.org"), HasSubstr("404"));
  ASSERT_TRUE(router_->set_domains(blog_, {"www.example.org", "*.shops.example"}));
  EXPECT_THAT(get(by_name_, "WWW.example.org:8080"), HasSubstr("one"));
  EXPECT_THAT(get(by_name_, "any.shops.example"), HasSubstr("one"));
  EXPECT_THAT(get(by_name_, "a.b.shops.example"), HasSubstr("404"));
  EXPECT_THAT(get(by_name_, "shops.example"), HasSubstr("404"));
  ASSERT_TRUE(router_->set_domains(blog_, {"*.shops.example"}));
  EXPECT_THAT(get(by_name_, "www.example.org"), HasSubstr("404"));
  EXPECT_THAT(get(by_name_, "blog.apps.example"), HasSubstr("one"));
  const auto after = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  EXPECT_EQ(after.reloads, before.reloads);
  EXPECT_EQ(*read_file(folder_.path() / "router/hosts.map", 1 << 20),
            "blog.apps.example app-blog\n*.shops.example app-blog\n");
}

TEST_F(Haproxy, ServesANameRatherThanTheWildcardOfAnotherApp) {
  ASSERT_TRUE(switch_to({run("one")}));
  auto other = change({run("two")});
  other.app = *AppName::parse("shop");
  other.app_port = free_port();
  ASSERT_TRUE(router_->switch_to(other, [](const ContainerId&) { return Result<void>(); }, {}));
  ASSERT_TRUE(router_->set_domains(other.app, {"*.example.org"}));
  ASSERT_TRUE(router_->set_domains(blog_, {"www.example.org"}));
  EXPECT_THAT(get(by_name_, "www.example.org"), HasSubstr("one"));
  EXPECT_THAT(get(by_name_, "shop.example.org"), HasSubstr("two"));
}

TEST_F(Haproxy, HasTheDomainsAgainWhenItIsStartedAnew) {
  ASSERT_TRUE(router_->set_domains(blog_, {"early.example"}));
  EXPECT_THAT(get(by_name_, "early.example"), HasSubstr("404"));
  ASSERT_TRUE(switch_to({run("one")}));
  EXPECT_THAT(get(by_name_, "early.example"), HasSubstr("one"));
  const int pid = haproxy_pid();
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(router_->set_domains(blog_, {"early.example", "late.example"}));
  EXPECT_TRUE(soon([&] { return haproxy_pid() != 0 && haproxy_pid() != pid; }));
  EXPECT_TRUE(soon([&] { return get(by_name_, "late.example").find("one") != std::string::npos; }));
}

TEST_F(Haproxy, ShowsAPageInPlaceOfAnAppWithoutReadingTheFileAgain) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const auto before = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  ASSERT_TRUE(router_->set_maintenance(blog_, Shown::Page));
  for (const std::string& answer : {get(port_), get(by_name_, "blog.apps.example")}) {
    EXPECT_THAT(answer, HasSubstr("503 Service Unavailable"));
    EXPECT_THAT(answer, HasSubstr("retry-after: 60"));
    EXPECT_THAT(answer, HasSubstr("Back in a moment"));
  }
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container}));
  EXPECT_THAT(get(port_), HasSubstr("Back in a moment"));
  ASSERT_TRUE(router_->set_maintenance(blog_, Shown::App));
  EXPECT_THAT(get(port_), HasSubstr("two"));
  const auto after = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  EXPECT_EQ(after.reloads, before.reloads);
}

TEST_F(Haproxy, ShowsThePageAgainWhenItIsStartedAnew) {
  ASSERT_TRUE(switch_to({run("one")}));
  ASSERT_TRUE(router_->set_maintenance(blog_, Shown::Page));
  const int pid = haproxy_pid();
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(soon([&] { return haproxy_pid() != 0 && haproxy_pid() != pid; }));
  EXPECT_TRUE(soon([&] { return get(port_).find("Back in a moment") != std::string::npos; }));
}

TEST_F(Haproxy, GivesAnAppAnotherNameWithoutReadingTheFileAgain) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  ASSERT_TRUE(router_->set_domains(blog_, {"www.example.org"}));
  ASSERT_TRUE(router_->set_maintenance(blog_, Shown::Page));
  const auto before = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  const auto shop = *AppName::parse("shop");
  ASSERT_TRUE(router_->rename(blog_, shop));
  EXPECT_THAT(get(by_name_, "shop.apps.example"), HasSubstr("Back in a moment"));
  ASSERT_TRUE(router_->set_maintenance(shop, Shown::App));
  EXPECT_THAT(get(by_name_, "shop.apps.example"), HasSubstr("one"));
  EXPECT_THAT(get(by_name_, "www.example.org"), HasSubstr("one"));
  EXPECT_THAT(get(port_), HasSubstr("one"));
  EXPECT_THAT(get(by_name_, "blog.apps.example"), HasSubstr("404"));

  const auto two = run("two");
  auto renewed = change({two}, {one.container});
  renewed.app = shop;
  ASSERT_TRUE(router_->switch_to(renewed, [](const ContainerId&) { return Result<void>(); }, {}));
  router_->drain(shop, {one.container}, milliseconds(300), {});
  EXPECT_THAT(get(by_name_, "shop.apps.example"), HasSubstr("two"));
  const auto after = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  EXPECT_EQ(after.reloads, before.reloads);
}

TEST_F(Haproxy, KeepsDomainsThatItWasToldByTheNewNameFirst) {
  ASSERT_TRUE(switch_to({run("one")}));
  ASSERT_TRUE(router_->set_domains(blog_, {"www.example.org"}));
  const auto shop = *AppName::parse("shop");
  ASSERT_TRUE(router_->set_domains(shop, {"www.example.org", "new.example.org"}));
  ASSERT_TRUE(router_->rename(blog_, shop));
  EXPECT_THAT(get(by_name_, "new.example.org"), HasSubstr("one"));
}

TEST_F(Haproxy, KeepsARenamedAppApartFromTheNextOneOfItsOldName) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const auto shop = *AppName::parse("shop");
  ASSERT_TRUE(router_->rename(blog_, shop));
  const auto two = run("two");
  auto next = change({two});
  next.app_port = free_port();
  ASSERT_TRUE(router_->switch_to(next, [](const ContainerId&) { return Result<void>(); }, {}));
  const auto serve = [&] {
    EXPECT_THAT(get(by_name_, "shop.apps.example"), HasSubstr("one"));
    EXPECT_THAT(get(port_), HasSubstr("one"));
    EXPECT_THAT(get(by_name_, "blog.apps.example"), HasSubstr("two"));
    EXPECT_THAT(get(next.app_port), HasSubstr("two"));
  };
  serve();
  // The next server finds them in the HAProxy that runs.
  ASSERT_TRUE(restart_server(
      {{blog_, next.app_port, kInside, {two.container}}, {shop, port_, kInside, {one.container}}}));
  serve();
  EXPECT_THAT(*read_file(folder_.path() / "router/hosts.map", 1 << 20),
              HasSubstr("shop.apps.example app-blog\n"));
  ASSERT_TRUE(router_->remove(blog_));
  EXPECT_THAT(get(by_name_, "shop.apps.example"), HasSubstr("one"));
}

}  // namespace
}  // namespace minpaas::router
