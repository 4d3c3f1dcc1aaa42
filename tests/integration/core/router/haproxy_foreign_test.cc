#include <gmock/gmock.h>

#include <csignal>

#include "tests/support/haproxy_bed.h"
#include "tests/support/program.h"

namespace minpaas::router {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

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

}  // namespace
}  // namespace minpaas::router
