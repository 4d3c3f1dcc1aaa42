#include "hooks/checks/failure_hooks.h"

#include <gmock/gmock.h>

#include "tests/support/deploy_bed.h"
#include "tests/support/loopback_server.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;
using test::LoopbackServer;
using test::Watcher;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A live app with a value in its config.
class AFailureHook : public testing::Test {
 protected:
  AFailureHook() {
    bed_.settings.checks.allow_private_addresses = true;
    bed_.start_queue();
    test::FakeBuild build;
    build.by_command.push_back({"bin/tell", {.exit_code = 0}});
    bed_.engine.next_build(build);
    const auto pushed =
        bed_.push(app_, bed_.commit_files(app_, {{"app.py", "one"}, {"requirements.txt", ""}}));
    EXPECT_TRUE(pushed);
    EXPECT_TRUE(bed_.platform().change_config(
        bed_.admin, app_, {{*ConfigKey::parse("DATABASE_URL"), Secret("postgres://ada:secret")}},
        {}, Watcher().follow()));
    EXPECT_TRUE(bed_.wait_idle(app_));
  }

  FailedCheck failed(FailureHook hook) {
    const auto rows = *bed_.server().containers.of_app(app_);
    HealthCheck check{.path = "/up", .on_failure = std::move(hook)};
    return {app_, ProcessType::web(), 1, {rows.front().id}, check, "no postgres://ada:secret"};
  }

  std::vector<std::string> run(const std::vector<FailedCheck>& all) {
    std::vector<std::string> lines;
    FailureHooks(bed_.engine, bed_.server().configs, bed_.settings)
        .run(all,
             [&](std::string_view line) {
               lines.emplace_back(line);
               return true;
             },
             {});
    return lines;
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
};

std::string url_of(const LoopbackServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + "/T0/secret-path";
}

TEST_F(AFailureHook, RunsTheCommandThenTellsTheUrl) {
  const LoopbackServer server(LoopbackServer::http(200));
  bed_.engine.clear_journal();
  const auto lines = run({failed({.command = {"bin/tell", "now"}, .url = url_of(server)})});
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_THAT(lines, ElementsAre("onFailure of web.1: bin/tell now ended with status 0",
                                 "onFailure of web.1: " + host + " is told"));
  EXPECT_THAT(bed_.engine.journal(), ElementsAre(HasSubstr("bin/tell now")));
}

TEST_F(AFailureHook, TellsWhatHasFailedWithoutValuesOfTheConfig) {
  const LoopbackServer server(LoopbackServer::http(200));
  run({failed({.url = url_of(server)})});
  const std::string seen = server.received();
  EXPECT_THAT(seen, HasSubstr(R"("errors":["no [DATABASE_URL]"])"));
  EXPECT_THAT(seen, HasSubstr(R"("app":"blog")"));
  EXPECT_THAT(seen, HasSubstr(R"("process":"web.1")"));
  EXPECT_THAT(seen, HasSubstr(R"("healthcheck_name":"path /up)"));
  EXPECT_THAT(seen, Not(HasSubstr("ada")));
  auto named = failed({.url = url_of(server)});
  named.check.name = "by postgres://ada:secret";
  auto unnamed = failed({.url = url_of(server)});
  unnamed.check.path = "/up?of=postgres://ada:secret";
  for (const FailedCheck& one : {named, unnamed}) {
    run({one});
    EXPECT_THAT(server.received(), testing::ContainsRegex("(by |of=).DATABASE_URL."));
    EXPECT_THAT(server.received(), Not(HasSubstr("ada")));
  }
}

TEST_F(AFailureHook, OfSeveralChecksIsDoneForEachInTheirOrder) {
  const LoopbackServer sick(LoopbackServer::http(500));
  const LoopbackServer well(LoopbackServer::http(200));
  EXPECT_THAT(run({failed({.url = url_of(sick)}), failed({}), failed({.url = url_of(well)})}),
              ElementsAre(HasSubstr("answered 500"), HasSubstr("is told")));
}

TEST_F(AFailureHook, ReachesNoPrivateAddressUnlessTheAdministratorLetsIt) {
  bed_.settings.checks.allow_private_addresses = false;
  const LoopbackServer server(LoopbackServer::http(200));
  EXPECT_THAT(run({failed({.url = url_of(server)})}),
              ElementsAre(HasSubstr("private network ([checks] allow_private_addresses)")));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(AFailureHook, RunsNoCommandWhereNothingRuns) {
  const auto one = failed({.command = {"bin/tell"}});
  ASSERT_TRUE(bed_.engine.stop_container(one.container, seconds(0)));
  bed_.engine.clear_journal();
  EXPECT_THAT(run({one}),
              ElementsAre("onFailure of web.1: bin/tell is not run: its container does not run"));
  EXPECT_THAT(bed_.engine.journal(), IsEmpty());
}

}  // namespace
}  // namespace minpaas::hooks
