#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "tests/support/haproxy_bed.h"

namespace minpaas::router {
namespace {

using testing::_;
using testing::ContainsRegex;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Ge;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(Haproxy, TellsOfTheRequestsOfApps) {
  ASSERT_TRUE(switch_to({run("one")}));
  get(by_name_, "nobody.apps.example");
  ask(port_, "garbage\r\n\r\n");
  get(by_name_, "blog.apps.example", "/a?secret=1");
  ASSERT_THAT(told(1), SizeIs(1));
  EXPECT_THAT(told()[0], StartsWith("blog: GET /a 200 "));
  EXPECT_THAT(told()[0], ContainsRegex(" [0-9]+ms [0-9]+B host=blog.apps.example from=127.0.0.1 "
                                       "process=web.1 id=[0-9a-f-]{36}$"));
}

TEST_F(Haproxy, TellsWhyARequestHadNoAnswer) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  servers_.clear();
  get(port_);
  EXPECT_THAT(told(1), ElementsAre(HasSubstr("why=\"app refused the connection\"")));
  engine_.end_container(one.container, 1);
  router_->refresh(one.container);
  get(port_);
  EXPECT_THAT(told(2), ElementsAre(_, HasSubstr("why=\"no process to answer\"")));
  ASSERT_TRUE(router_->set_maintenance(blog_, Shown::Page));
  get(port_);
  EXPECT_THAT(told(3), ElementsAre(_, _, HasSubstr("why=\"maintenance page\"")));
}

TEST_F(Haproxy, LetsNoClientForgeWhatIsTold) {
  ASSERT_TRUE(switch_to({run("one")}));
  ask(port_,
      "GET /a HTTP/1.1\r\nHost: x from=9.9.9.9 \"{y|z}\" \x01\xff#\r\n"
      "X-Request-Id: a process=web.2, b}\tc\r\nConnection: close\r\n\r\n");
  ASSERT_THAT(told(1), SizeIs(1));
  EXPECT_THAT(told()[0], StartsWith("blog: GET /a 200 "));
  EXPECT_THAT(told()[0], EndsWith(" host=x%20from=9.9.9.9%20%22{y|z}%22%20%01%FF# from=127.0.0.1 "
                                  "process=web.1 id=a%20process=web.2,%20b}%09c"));
  ask(port_, "GET /" + std::string(3000, 'y') +
                 "?secret HTTP/1.1\r\nHost: " + std::string(3000, '"') +
                 "\r\nX-Request-Id: " + std::string(3000, '|') + "\r\nConnection: close\r\n\r\n");
  ASSERT_THAT(told(2), SizeIs(2));
  EXPECT_THAT(told()[1], StartsWith("blog: GET /yyy"));
  EXPECT_THAT(told()[1], ContainsRegex("y... 200 .* from=127.0.0.1 process=web.1 id=[|]{61}"));
}

TEST_F(Haproxy, TellsOfARenamedAppByItsNewName) {
  ASSERT_TRUE(switch_to({run("one")}));
  get(port_);
  EXPECT_THAT(told(1), ElementsAre(StartsWith("blog: ")));
  ASSERT_TRUE(router_->rename(blog_, *AppName::parse("shop")));
  get(port_);
  EXPECT_THAT(told(2), ElementsAre(_, StartsWith("shop: ")));
}

TEST_F(Haproxy, TellsOnInTheNextServerAndAfterAReload) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const int pid = haproxy_pid();
  router_.reset();
  get(port_, "any", "/meanwhile");
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  get(port_, "any", "/adopted");
  EXPECT_THAT(told(2), ElementsAre(HasSubstr("GET /meanwhile "), HasSubstr("GET /adopted ")));
  const auto before = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  ASSERT_TRUE(router_->restore({*AppName::parse("shop"), free_port(), kInside, {}}));
  const auto after = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  EXPECT_GT(after.reloads, before.reloads);
  get(port_, "any", "/reloaded");
  EXPECT_THAT(told(3), ElementsAre(_, _, HasSubstr("GET /reloaded ")));
  EXPECT_EQ(haproxy_pid(), pid);
}

TEST_F(Haproxy, LogsNoRequestsWhenItIsToldSo) {
  const auto one = run("one");
  const std::vector<Route> routes{{blog_, port_, kInside, {one.container}}};
  const int pid = haproxy_pid();
  request_log_ = false;
  ASSERT_TRUE(restart_server(routes));
  EXPECT_THAT(get(port_, "any", "/unseen"), HasSubstr("one"));
  EXPECT_THAT(*read_file(folder_.path() / "router/haproxy.cfg", 1 << 20), Not(HasSubstr("  log")));
  request_log_ = true;
  ASSERT_TRUE(restart_server(routes));
  get(port_, "any", "/seen");
  EXPECT_THAT(told(1), ElementsAre(HasSubstr("GET /seen ")));
  EXPECT_EQ(haproxy_pid(), pid);
}

TEST_F(Haproxy, LogsNoRequestsWhereNobodyReadsThem) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const int pid = haproxy_pid();
  router_.reset();
  // Its standard output is another file now, like that of one that an older server has started.
  std::filesystem::remove(folder_.path() / "router/requests.fifo");
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_EQ(haproxy_pid(), pid);
  EXPECT_THAT(get(port_, "any", "/unseen"), HasSubstr("one"));
  EXPECT_THAT(*read_file(folder_.path() / "router/haproxy.cfg", 1 << 20), Not(HasSubstr("  log")));
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(soon([&] { return haproxy_pid() != 0 && haproxy_pid() != pid; }));
  EXPECT_TRUE(soon([&] { return get(port_, "any", "/seen").find("one") != std::string::npos; }));
  ASSERT_THAT(told(1), SizeIs(Ge(1U)));
  EXPECT_THAT(told(), Each(HasSubstr("GET /seen ")));
}

TEST_F(Haproxy, LosesLinesRatherThanRequestsWhenNobodyReads) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  router_.reset();
  // More than the pipe takes.
  const std::string path = "/" + std::string(900, 'x');
  std::size_t answered = 0;
  for (int i = 0; i < 1100; ++i) {
    answered += get(port_, "any", path).find("one") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(answered, 1100U);
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_TRUE(soon([&] {
    return std::ranges::any_of(told(), [](const std::string& line) {
      return line.ends_with(" more requests at this time, not shown");
    });
  }));
  get(port_, "any", "/last");
  EXPECT_TRUE(soon([&] {
    const auto lines = told();
    return !lines.empty() && lines.back().find("GET /last ") != std::string::npos;
  }));
}

TEST_F(Haproxy, TellsNobodyWhoWentAway) {
  ASSERT_TRUE(switch_to({run("one")}));
  get(port_);
  EXPECT_THAT(told(1), SizeIs(1));
  router_->set_request_sink({});
  get(port_);
  router_.reset();
  EXPECT_THAT(told(), SizeIs(1));
}

}  // namespace
}  // namespace minpaas::router
