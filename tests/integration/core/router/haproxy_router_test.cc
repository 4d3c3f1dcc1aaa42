#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <future>

#include "tests/support/haproxy_bed.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Free ports are looked for every few seconds.
bool has_no_problem_soon(const HaproxyRouter& router) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(40);
  while (!router.problems().empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  return router.problems().empty();
}

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
  const int reloads = count_reloads();
  const auto two = run("two");
  ASSERT_TRUE(switch_to({two}, {one.container}));
  EXPECT_THAT(get(port_), HasSubstr("two"));
  router_->drain(blog_, {one.container}, milliseconds(300), {});
  EXPECT_THAT(get(port_), HasSubstr("two"));
  EXPECT_EQ(count_reloads(), reloads);
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

TEST_F(Haproxy, HoldsOnWhatAnEarlierServerHeld) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  ASSERT_TRUE(router_->hold(blog_));
  const auto ask = [this] { return get(port_); };
  auto earlier = std::async(std::launch::async, ask);
  EXPECT_EQ(earlier.wait_for(milliseconds(200)), std::future_status::timeout);
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  EXPECT_TRUE(router_->holds(blog_));
  auto later = std::async(std::launch::async, ask);
  EXPECT_EQ(later.wait_for(milliseconds(200)), std::future_status::timeout);
  router_->let_go(blog_);
  EXPECT_THAT(earlier.get(), HasSubstr("one"));
  EXPECT_THAT(later.get(), HasSubstr("one"));
}

TEST_F(Haproxy, HoldsOnWhereItHasEndedToo) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  ASSERT_TRUE(router_->hold(blog_));
  router_.reset();
  HaproxyProcess::stop({folder_.path() / "router"});
  ASSERT_TRUE(restart_server({{blog_, port_, kInside, {one.container}}}));
  auto answer = std::async(std::launch::async, [this] { return get(port_); });
  EXPECT_EQ(answer.wait_for(milliseconds(200)), std::future_status::timeout);
  router_->let_go(blog_);
  EXPECT_THAT(answer.get(), HasSubstr("one"));
}

TEST_F(Haproxy, GivesWhatItHeldToTheNewContainerThoughItHasReadItsFileMeanwhile) {
  ASSERT_TRUE(switch_to({run("one")}));
  ASSERT_TRUE(router_->hold(blog_));
  ASSERT_TRUE(router_->restore({blog_, port_, kInside, {}}));
  auto answer = std::async(std::launch::async, [this] { return get(port_); });
  EXPECT_EQ(answer.wait_for(milliseconds(200)), std::future_status::timeout);
  const int reloads = count_reloads();
  ASSERT_TRUE(serve(shop_, "shop"));
  EXPECT_EQ(count_reloads(), reloads + 1);
  EXPECT_THAT(get(shop_port_), HasSubstr("shop"));
  ASSERT_TRUE(router_->remove(shop_));
  EXPECT_EQ(answer.wait_for(milliseconds(100)), std::future_status::timeout);
  ASSERT_TRUE(switch_to({run("two")}));
  router_->let_go(blog_);
  EXPECT_THAT(answer.get(), HasSubstr("two"));
  EXPECT_THAT(get(shop_port_), IsEmpty());
}

/// Such a connection stays with the worker that was replaced, which changes no server any more.
TEST_F(Haproxy, GivesTheNextRequestOfAnOldConnectionToTheNewContainer) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  KeptConnection kept(port_);
  KeptConnection other(port_);
  KeptConnection third(port_);
  EXPECT_THAT(kept.get(), HasSubstr("one"));
  EXPECT_THAT(other.get(), HasSubstr("one"));
  EXPECT_THAT(third.get(), HasSubstr("one"));
  ASSERT_TRUE(serve(shop_, "shop"));
  ASSERT_TRUE(switch_to({run("two")}, {one.container}));
  router_->drain(blog_, {one.container}, milliseconds(2000), {});
  // The old container serves nobody, though it is still there.
  EXPECT_THAT(kept.get(), AllOf(HasSubstr("two"), HasSubstr("close")));
  ASSERT_TRUE(router_->restore({blog_, port_, kInside, {}}));
  EXPECT_THAT(other.get(), AllOf(HasSubstr("503"), HasSubstr("The app is not running")));
  ASSERT_TRUE(router_->remove(blog_));
  EXPECT_THAT(third.get(), HasSubstr("503"));
}

/// It says no more of its servers, but of what goes on.
TEST_F(Haproxy, WaitsForRequestsOfAWorkerThatWasReplacedAndCutsThem) {
  const auto one = run("one");
  servers_.clear();
  const test::LoopbackServer silent("", engine_.inspect_container(one.container)->address, kInside,
                                    test::LoopbackServer::Manner::Silent);
  ASSERT_TRUE(switch_to({one}));
  auto answer = std::async(std::launch::async, [this] { return get(port_); });
  EXPECT_EQ(answer.wait_for(milliseconds(200)), std::future_status::timeout);
  ASSERT_TRUE(serve(shop_, "shop"));
  ASSERT_TRUE(switch_to({run("two")}, {one.container}));
  const auto begin = std::chrono::steady_clock::now();
  router_->drain(blog_, {one.container}, milliseconds(700), {});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(700));
  ASSERT_EQ(answer.wait_for(seconds(5)), std::future_status::ready) << "it was not cut";
  EXPECT_THAT(answer.get(), Not(HasSubstr("200 OK")));
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

TEST_F(Haproxy, SaysThatAPortIsTakenAndServesTheOthersUntilItIsFree) {
  ASSERT_TRUE(switch_to({run("one")}));
  Fd taken = listen_on_any_port();
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

  taken.reset();
  EXPECT_TRUE(has_no_problem_soon(*router_));
  EXPECT_THAT(get(port_), HasSubstr("one"));
  EXPECT_THAT(get(other.app_port), HasSubstr("503"));
}

TEST_F(Haproxy, TriesAgainToTakeAFreedPortWhenItCouldNotWriteItsFile) {
  Fd taken = listen_on_any_port();
  const AppName shop = *AppName::parse("shop");
  const int port = port_of(taken);
  router_.reset();
  HaproxyProcess::stop({folder_.path() / "router"});
  ASSERT_TRUE(restart_server({{shop, port, kInside, {}}}));
  // A folder in the place of a file: nothing can be written there, as on a full disk.
  const auto map = HaproxyFiles{folder_.path() / "router"}.host_map();
  std::filesystem::remove(map);
  std::filesystem::create_directories(map / "in the way");
  taken.reset();
  std::this_thread::sleep_for(seconds(12));
  EXPECT_THAT(router_->problems(), ElementsAre(HasSubstr("is taken")));
  std::filesystem::remove_all(map);
  EXPECT_TRUE(has_no_problem_soon(*router_));
  EXPECT_THAT(get(port), HasSubstr("503"));
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

/// Its connections for commands can all be taken, by some that never end.
TEST_F(Haproxy, GoesOnWithItsConnectionsWhenItDoesNotAnswerCommands) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  KeptConnection kept(port_);
  EXPECT_THAT(kept.get(), HasSubstr("one"));
  const int pid = haproxy_pid();
  std::vector<Fd> taken;
  for (int i = 0; i < 10; ++i) {
    taken.push_back(connect_to(folder_.path() / "router/master.sock"));
  }
  ASSERT_TRUE(switch_to({run("two")}, {one.container}));
  EXPECT_EQ(haproxy_pid(), pid);
  EXPECT_THAT(kept.get(), HasSubstr("two"));
  EXPECT_THAT(get(port_), HasSubstr("two"));
}

TEST_F(Haproxy, IsStartedByAReleaseThatFindsItDead) {
  const auto one = run("one");
  ASSERT_TRUE(switch_to({one}));
  HaproxyProcess::stop({folder_.path() / "router"});
  const auto switched = switch_to({run("two")}, {one.container});
  ASSERT_TRUE(switched) << switched.error().for_log();
  EXPECT_TRUE(soon([&] { return get(port_).find("two") != std::string::npos; }));
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
