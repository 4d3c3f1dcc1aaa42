// HaproxyRouter with the real HAProxy; containers are servers on loopback addresses.
#include "core/router/haproxy_router.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "tests/support/fake_engine.h"
#include "tests/support/loopback_server.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;
using test::FakeEngine;
using test::LoopbackServer;
using testing::_;
using testing::ContainsRegex;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr int kInside = 8000;

Fd listen_on_any_port() {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  ::listen(socket.get(), 1);
  return socket;
}

int port_of(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int free_port() {
  return port_of(listen_on_any_port());
}

/// Everything that is answered to one request; empty when nobody answers.
std::string ask(int port, const std::string& request) {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return "";
  }
  ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(socket.get(), buffer.data(), buffer.size())) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return answer;
}

std::string get(int port, const std::string& host = "any", const std::string& path = "/") {
  return ask(port, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
}

class Haproxy : public testing::Test {
 protected:
  void SetUp() override {
    if (find_haproxy().empty()) {
      GTEST_SKIP() << "haproxy is not installed";
    }
    ASSERT_TRUE(restart_server());
  }

  void TearDown() override {
    router_.reset();
    HaproxyProcess::stop({folder_.path() / "router"});
  }

  /// What a new minpaasd does, with what its database says.
  Result<void> restart_server(const std::vector<Route>& routes = {}) {
    router_.reset();
    router_ = std::make_unique<HaproxyRouter>(engine_,
                                              HaproxySettings{.folder = folder_.path() / "router",
                                                              .program = program_,
                                                              .foreign_socket = foreign_socket_,
                                                              .domain = "apps.example",
                                                              .http = {{"127.0.0.1", by_name_}},
                                                              .request_log = request_log_,
                                                              .app_address = "127.0.0.1",
                                                              .drain_timeout = milliseconds(300)});
    router_->set_request_sink([this](const std::vector<RequestLine>& lines) {
      told_.with([&](std::vector<std::string>& told) {
        for (const RequestLine& line : lines) {
          told.push_back(line.app.str() + ": " + line.text);
        }
      });
    });
    return router_->start(routes);
  }

  /// A container that runs and answers `text`.
  Candidate run(const std::string& text) {
    docker::ContainerSpec spec;
    spec.name = "web-" + text;
    spec.image = image_;
    spec.internal_port = kInside;
    spec.labels[std::string(docker::kLabelProcess)] = "web.1";
    Candidate candidate{*engine_.create_container(spec), spec};
    EXPECT_TRUE(engine_.start_container(candidate.container));
    answer(candidate.container, text);
    return candidate;
  }

  void answer(const ContainerId& container, const std::string& text) {
    const auto details = *engine_.inspect_container(container);
    servers_.push_back(std::make_unique<LoopbackServer>(
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text,
        details.address, kInside));
  }

  RouteChange change(const std::vector<Candidate>& candidates,
                     const std::vector<ContainerId>& serving = {}) {
    return {blog_, ReleaseNumber(1), port_, candidates, serving};
  }

  Result<Switched> switch_to(const std::vector<Candidate>& candidates,
                             const std::vector<ContainerId>& serving = {}) {
    return router_->switch_to(change(candidates, serving),
                              [](const ContainerId&) { return Result<void>(); }, {});
  }

  /// 0: it has not written it yet.
  int haproxy_pid() {
    const auto text = read_file(folder_.path() / "router/haproxy.pid", 64);
    const auto pid = parse_number(text ? trim(*text) : "", "pid", 1, 1 << 30);
    return pid ? static_cast<int>(*pid) : 0;
  }

  [[nodiscard]] std::vector<std::string> told() const {
    return told_.with([](const auto& lines) { return lines; });
  }

  /// All that was told, once there are so many.
  std::vector<std::string> told(std::size_t count) {
    soon([&] { return told().size() >= count; });
    return told();
  }

  static bool soon(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(20));
    }
    return condition();
  }

  test::TempDir folder_;
  std::string program_ = find_haproxy();
  bool request_log_ = true;
  std::string foreign_socket_;
  Guarded<std::vector<std::string>> told_;
  FakeEngine engine_;
  ImageId image_ = engine_.add_image("blog");
  AppName blog_ = *AppName::parse("blog");
  int port_ = free_port();
  int by_name_ = free_port();
  std::vector<std::unique_ptr<LoopbackServer>> servers_;
  std::unique_ptr<HaproxyRouter> router_;
};

TEST_F(Haproxy, ServesAnAppByPortAndByName) {
  const auto one = run("one");
  const auto switched = switch_to({one});
  ASSERT_TRUE(switched) << switched.error().for_log();
  EXPECT_THAT(switched->serving, ElementsAre(one.container));
  EXPECT_THAT(get(port_), HasSubstr("one"));
  EXPECT_THAT(get(by_name_, "Blog.Apps.Example:8080"), HasSubstr("one"));
  EXPECT_THAT(router_->problems(), IsEmpty());
}

TEST_F(Haproxy, HasAPageForANameThatNoAppHas) {
  EXPECT_THAT(get(by_name_, "nobody.apps.example"), HasSubstr("404 Not Found"));
  EXPECT_THAT(get(by_name_, "nobody.apps.example"), HasSubstr("There is no app here"));
}

TEST_F(Haproxy, HasAPageForAnAppThatDoesNotRun) {
  ASSERT_TRUE(router_->restore({blog_, port_, kInside, {}}));
  EXPECT_THAT(get(port_), HasSubstr("503 Service Unavailable"));
  EXPECT_THAT(get(port_), HasSubstr("The app is not running"));
}

TEST_F(Haproxy, MovesTheTrafficWithoutReadingTheFileAgain) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const auto before = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container}));
  EXPECT_THAT(get(port_), HasSubstr("two"));
  router_->drain(blog_, {one.container}, {});
  EXPECT_THAT(get(port_), HasSubstr("two"));
  const auto after = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  EXPECT_EQ(after.reloads, before.reloads);
  EXPECT_THAT(*read_file(folder_.path() / "router/haproxy.cfg", 1 << 20),
              HasSubstr(two.container.value.substr(0, 12)));
}

TEST_F(Haproxy, HoldsNewRequestsUntilTheyAreLetGo) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  ASSERT_TRUE(router_->holds_requests());
  ASSERT_TRUE(router_->hold(blog_));
  ASSERT_TRUE(router_->restore({blog_, port_, kInside, {}}));
  auto answer = std::async(std::launch::async, [this] { return get(port_); });
  EXPECT_EQ(answer.wait_for(milliseconds(300)), std::future_status::timeout);
  ASSERT_TRUE(switch_to({run("two")}));
  EXPECT_EQ(answer.wait_for(milliseconds(100)), std::future_status::timeout);
  router_->let_go(blog_);
  EXPECT_THAT(answer.get(), HasSubstr("two"));
}

TEST_F(Haproxy, HoldsNothingThatAnEarlierServerHeld) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  ASSERT_TRUE(router_->hold(blog_));
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_THAT(get(port_), HasSubstr("one"));
}

TEST_F(Haproxy, SharesTheTrafficBetweenAllContainers) {
  ASSERT_TRUE(switch_to({run("one"), run("two")}));
  const std::string answers = get(port_) + get(port_);
  EXPECT_THAT(answers, HasSubstr("one"));
  EXPECT_THAT(answers, HasSubstr("two"));
}

TEST_F(Haproxy, GoesBackWhenAReleaseIsNotCommitted) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const auto two = run("two");
  const auto switched = switch_to({two}, {one.container});
  ASSERT_TRUE(switched);
  ASSERT_TRUE(router_->switch_back(change({two}, {one.container}), *switched));
  EXPECT_THAT(get(port_), HasSubstr("one"));
  EXPECT_FALSE(engine_.container("web-two"));
}

TEST_F(Haproxy, RefusesAContainerThatHasEnded) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const auto two = run("two");
  engine_.end_container(two.container, 1);
  EXPECT_EQ(switch_to({two}, {one.container}).error().code, ErrorCode::Failed);
  EXPECT_THAT(get(port_), HasSubstr("one"));
}

TEST_F(Haproxy, LeavesAContainerThatEndsAndFollowsItToItsNewAddress) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  engine_.end_container(one.container, 1);
  router_->refresh(one.container);
  EXPECT_THAT(get(port_), HasSubstr("503 Service Unavailable"));
  ASSERT_TRUE(engine_.start_container(one.container));
  servers_.clear();
  answer(one.container, "one again");
  router_->refresh(one.container);
  EXPECT_THAT(get(port_), HasSubstr("one again"));
}

TEST_F(Haproxy, SaysThatAPortIsTakenAndServesTheOthers) {
  ASSERT_TRUE(switch_to({run("one")}));
  const Fd taken = listen_on_any_port();
  auto other = change({run("two")});
  other.app = *AppName::parse("shop");
  other.app_port = port_of(taken);
  const auto refused =
      router_->switch_to(other, [](const ContainerId&) { return Result<void>(); }, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_THAT(get(port_), HasSubstr("one"));

  // At the start of a server, one such app must not keep the others from being served.
  router_.reset();
  HaproxyProcess::stop({folder_.path() / "router"});
  const auto one = engine_.container("web-one")->id;
  ASSERT_TRUE(
      restart_server({{blog_, port_, kInside, {one}}, {other.app, other.app_port, kInside, {}}}));
  EXPECT_THAT(get(port_), HasSubstr("one"));
  EXPECT_THAT(router_->problems(),
              ElementsAre(HasSubstr("port " + std::to_string(port_of(taken)) + " is taken")));
}

TEST_F(Haproxy, GoesOnWithoutTheServerAndIsTakenOver) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const int pid = haproxy_pid();
  router_.reset();
  EXPECT_THAT(get(port_), HasSubstr("one"));
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_EQ(haproxy_pid(), pid);
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container}));
  EXPECT_THAT(get(port_), HasSubstr("two"));
}

TEST_F(Haproxy, IsTakenOverWithoutAnEngineAsItIs) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  router_.reset();
  engine_.go_down();
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_THAT(get(port_), HasSubstr("one"));
  engine_.come_up();
  ASSERT_TRUE(router_->restore({blog_, port_, kInside, {one.container}}));
  EXPECT_THAT(get(port_), HasSubstr("one"));
}

TEST_F(Haproxy, IsStartedAgainWhenItIsKilled) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  const int pid = haproxy_pid();
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(soon([&] { return haproxy_pid() != 0 && haproxy_pid() != pid; }));
  EXPECT_TRUE(soon([&] { return get(port_).find("one") != std::string::npos; }));
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container}));
  EXPECT_THAT(get(port_), HasSubstr("two"));
}

TEST_F(Haproxy, IsStartedAgainWhenItEndsWhileItReadsItsFile) {
  // It reads its file again by running its program anew, which ends once here.
  const auto once = folder_.path() / "once";
  program_ = folder_.path() / "haproxy";
  ASSERT_TRUE(create_file(program_,
                          "#!/bin/bash\nif [ \"$1\" != -vv ] && rm '" + once.string() +
                              "' 2>/dev/null; then exit 1; fi\nexec -a \"$0\" " + find_haproxy() +
                              " \"$@\"\n",
                          0755));
  router_.reset();
  HaproxyProcess::stop({folder_.path() / "router"});
  const auto one = run("one");
  const std::vector<Route> routes{{blog_, port_, kInside, {one.container}}};
  ASSERT_TRUE(restart_server(routes));
  const int pid = haproxy_pid();
  ASSERT_TRUE(create_file(once, "", 0600));
  const auto began = std::chrono::steady_clock::now();
  const auto done = restart_server(routes);
  ASSERT_TRUE(done) << done.error().for_log();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(9));
  EXPECT_FALSE(std::filesystem::exists(once));
  EXPECT_NE(haproxy_pid(), pid);
  EXPECT_TRUE(soon([&] { return get(port_).find("one") != std::string::npos; }));
}

TEST_F(Haproxy, IsStartedByAReleaseThatFindsItDead) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  HaproxyProcess::stop({folder_.path() / "router"});
  const auto switched = switch_to({run("two")}, {one.container});
  ASSERT_TRUE(switched) << switched.error().for_log();
  EXPECT_TRUE(soon([&] { return get(port_).find("two") != std::string::npos; }));
}

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
  router_->drain(shop, {one.container}, {});
  EXPECT_THAT(get(by_name_, "shop.apps.example"), HasSubstr("two"));
  const auto after = *HaproxyCli(folder_.path() / "router/master.sock").processes();
  EXPECT_EQ(after.reloads, before.reloads);
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

/// A HAProxy that an administrator runs, with a frontend of its own.
class ForeignHaproxy : public Haproxy {
 protected:
  void SetUp() override {
    foreign_socket_ = (folder_.path() / "own.sock").string();
    Haproxy::SetUp();
    ASSERT_TRUE(write_file_atomically(
        folder_.path() / "own.cfg",
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n"
        "  timeout server 5s\nfrontend own\n  bind 127.0.0.1:" +
            std::to_string(own_port_) +
            "\n  http-request return status 200 content-type text/plain string mine\n",
        0600));
  }

  void TearDown() override {
    end_own();
    Haproxy::TearDown();
  }

  void start_own() {
    own_ = std::make_unique<test::Program>(std::vector<std::string>{
        program_, "-W", "-S", foreign_socket_, "-f", (folder_.path() / "own.cfg").string(), "-f",
        (folder_.path() / "router/haproxy.cfg").string()});
    ASSERT_TRUE(soon([&] { return get(own_port_).ends_with("mine"); }));
  }

  /// With its workers: they end with their master.
  void end_own() {
    if (own_) {
      own_->send_signal(SIGTERM);
      own_->finish();
      own_.reset();
    }
  }

  int own_port_ = free_port();
  std::unique_ptr<test::Program> own_;
};

TEST_F(ForeignHaproxy, GetsItsFileFirstAndEveryChangeThen) {
  EXPECT_THAT(router_->problems(), ElementsAre(HasSubstr("no HAProxy answers at")));
  start_own();
  EXPECT_TRUE(soon([&] { return router_->problems().empty(); }));
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  EXPECT_THAT(get(port_), EndsWith("one"));
  EXPECT_THAT(get(by_name_, "blog.apps.example"), EndsWith("one"));
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container}));
  EXPECT_THAT(get(port_), EndsWith("two"));
  EXPECT_THAT(get(own_port_), EndsWith("mine"));
}

TEST_F(ForeignHaproxy, FindsWhatIsTrueWhenItComesBack) {
  start_own();
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  end_own();
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container})) << "the file says it";
  EXPECT_THAT(router_->problems(), ElementsAre(HasSubstr("no HAProxy answers at")));
  start_own();
  EXPECT_TRUE(soon([&] { return get(port_).ends_with("two"); }));
}

TEST_F(ForeignHaproxy, IsToldOfWhatChangedBeforeItAnswered) {
  start_own();
  const auto one = run("one");
  // Its master may not answer yet, and its file was read already.
  ASSERT_TRUE(switch_to({one}));
  EXPECT_TRUE(soon([&] { return get(port_).ends_with("one"); }));
}

TEST_F(ForeignHaproxy, GoesOnWithoutTheServerAndIsFoundByTheNext) {
  start_own();
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  EXPECT_TRUE(soon([&] { return get(port_).ends_with("one"); }));
  router_.reset();
  EXPECT_THAT(get(port_), EndsWith("one"));
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_THAT(get(port_), EndsWith("one"));
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container}));
  EXPECT_THAT(get(port_), EndsWith("two"));
}

TEST_F(ForeignHaproxy, WithoutOurFileIsFoundOut) {
  own_ = std::make_unique<test::Program>(std::vector<std::string>{
      program_, "-W", "-S", foreign_socket_, "-f", (folder_.path() / "own.cfg").string()});
  ASSERT_TRUE(soon([&] { return get(own_port_).ends_with("mine"); }));
  soon([&] { return router_->problems().at(0).find("no HAProxy") == std::string::npos; });
  EXPECT_THAT(router_->problems(), ElementsAre(HasSubstr("among its files")));
}

TEST_F(Haproxy, MakesWayForOneOfSomebodyElse) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  foreign_socket_ = (folder_.path() / "own.sock").string();
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_TRUE(soon([&] { return get(port_).empty(); }));
}

TEST_F(Haproxy, SpeaksHttp2ToAContainerThatSpeaksNothingElse) {
  docker::ContainerSpec spec;
  spec.name = "web-h2c";
  spec.image = image_;
  spec.internal_port = kInside;
  spec.labels[std::string(docker::kLabelProtocol)] = "h2c";
  const Candidate candidate{*engine_.create_container(spec), spec};
  ASSERT_TRUE(engine_.start_container(candidate.container));
  answer(candidate.container, "no HTTP/2");
  ASSERT_TRUE(switch_to({candidate}));
  EXPECT_THAT(get(port_), StartsWith("HTTP/1.1 50")) << "the answer is no frame of HTTP/2";
  const auto file = read_file(folder_.path() / "router/haproxy.cfg", 1 << 20);
  EXPECT_THAT(*file, HasSubstr(":8000 proto h2 "));
}

TEST_F(Haproxy, ForgetsAnApp) {
  ASSERT_TRUE(switch_to({run("one")}));
  ASSERT_TRUE(router_->remove(blog_));
  EXPECT_EQ(get(port_), "");
  EXPECT_THAT(get(by_name_, "blog.apps.example"), HasSubstr("404"));
}

}  // namespace
}  // namespace minpaas::router
