#include "hooks/checks/check_plan.h"

#include <gmock/gmock.h>

namespace minpaas::hooks {
namespace {

const ProcessType kWeb = ProcessType::web();
const ProcessType kWorker = *ProcessType::parse("worker");

Manifest declare(const ProcessType& type, const std::vector<HealthCheck>& checks) {
  Manifest manifest;
  manifest.healthchecks.emplace(type, checks);
  return manifest;
}

/// `path /up below 400 within 60 s`
std::vector<std::string> in_words(const CheckPlan& plan) {
  std::vector<std::string> words;
  for (const StartupCheck& startup : plan.startup) {
    words.push_back(describe(startup.check) + " within " +
                    std::to_string(startup.patience.count()) + " s");
  }
  return words;
}

using Words = std::vector<std::string>;

TEST(CheckPlan, HasADefaultForEveryProcess) {
  const auto web = plan_checks(kWeb, {}, {}, {});
  EXPECT_EQ(in_words(web), Words{"path / below 500 within 60 s"});
  EXPECT_EQ(web.startup_from, CheckSource::Default);
  EXPECT_EQ(in_words(plan_checks(kWorker, {}, {}, {.worker_uptime = seconds(7)})),
            Words{"uptime 7 s within 67 s"});
}

TEST(CheckPlan, AsksNoWebProcessByHttp1ThatDoesNotSpeakIt) {
  const Manifest manifest{.protocol = WebProtocol::H2c};
  EXPECT_EQ(in_words(plan_checks(kWeb, manifest, {}, {})), Words{"listening within 60 s"});
  EXPECT_EQ(in_words(plan_checks(kWorker, manifest, {}, {})), Words{"uptime 3 s within 63 s"});
}

TEST(CheckPlan, TakesWhatTheReleaseSays) {
  const auto manifest = declare(
      kWeb, {{.path = "/up"},
             {.kind = CheckKind::Readiness, .listening = true, .initial_delay = seconds(10)},
             {.kind = CheckKind::Liveness, .path = "/alive"}});
  const auto plan = plan_checks(kWeb, manifest, {}, {});
  EXPECT_EQ(in_words(plan), (Words{"path /up below 400 within 60 s", "listening within 70 s"}));
  EXPECT_EQ(plan.startup_from, CheckSource::AppJson);
  EXPECT_EQ(plan_checks(kWorker, manifest, {}, {}).startup_from, CheckSource::Default);
}

TEST(CheckPlan, OfAReleaseWithLivenessChecksAloneHasTheDefaultAtTheStart) {
  const auto manifest = declare(kWeb, {{.kind = CheckKind::Liveness, .path = "/alive"}});
  EXPECT_EQ(plan_checks(kWeb, manifest, {}, {}).startup_from, CheckSource::Default);
}

TEST(CheckPlan, GivesAttemptsTheTimeThatTheyTake) {
  const auto within = [](const HealthCheck& check) {
    return plan_checks(kWeb, declare(kWeb, {check}), {}, {}).startup.front().patience;
  };
  EXPECT_EQ(within({.path = "/", .attempts = 4}), seconds(4 * (5 + 5)));
  EXPECT_EQ(within({.path = "/", .wait = seconds(20)}), seconds(3 * (5 + 20)));
  EXPECT_EQ(within({.path = "/",
                    .attempts = 2,
                    .wait = seconds(0),
                    .timeout = seconds(7),
                    .initial_delay = seconds(9)}),
            seconds(9 + 2 * 7));
}

TEST(CheckPlan, LetsWhatWasChosenGoBeforeTheRelease) {
  const auto manifest = declare(kWeb, {{.path = "/up", .attempts = 1}, {.listening = true}});
  const auto other_path = plan_checks(kWeb, manifest, {.path = "/chosen"}, {});
  EXPECT_EQ(in_words(other_path), Words{"path /chosen below 400 within 60 s"});
  EXPECT_EQ(other_path.startup_from, CheckSource::Set);
  const auto longer = plan_checks(kWeb, manifest, {.deadline = seconds(300)}, {});
  EXPECT_EQ(in_words(longer), (Words{"path /up below 400 within 300 s", "listening within 300 s"}));
  EXPECT_EQ(longer.startup_from, CheckSource::AppJson);
  const auto faster = plan_checks(kWeb, manifest, {.timeout = seconds(2)}, {});
  EXPECT_EQ(faster.startup.front().check.timeout, seconds(2));
}

TEST(CheckPlan, LooksWhetherALiveWebProcessListensWhereNothingElseIsSaid) {
  const auto plan = plan_checks(kWeb, {}, {}, {});
  EXPECT_EQ(plan.liveness, (std::vector<HealthCheck>{{.kind = CheckKind::Liveness,
                                                      .listening = true,
                                                      .attempts = 3,
                                                      .wait = seconds(10),
                                                      .timeout = seconds(5)}}));
  EXPECT_EQ(plan.liveness_from, CheckSource::Default);
  EXPECT_TRUE(plan_checks(kWorker, {}, {}, {}).liveness.empty());
  EXPECT_TRUE(plan_checks(kWeb, declare(kWeb, {{.path = "/up"}}), {}, {}).liveness.empty());
}

TEST(CheckPlan, LooksAtALiveProcessAsIsSaid) {
  const auto manifest = declare(kWeb, {{.kind = CheckKind::Liveness, .path = "/alive"}});
  const auto plan = plan_checks(kWeb, manifest, {}, {});
  EXPECT_EQ(plan.liveness, (std::vector<HealthCheck>{{.kind = CheckKind::Liveness,
                                                      .path = "/alive",
                                                      .attempts = 3,
                                                      .wait = seconds(10),
                                                      .timeout = seconds(5)}}));
  EXPECT_EQ(plan.liveness_from, CheckSource::AppJson);
  const auto chosen =
      plan_checks(kWeb, manifest, {.path = "/up", .attempts = 9, .wait = seconds(2)}, {});
  EXPECT_EQ(chosen.liveness, (std::vector<HealthCheck>{{.kind = CheckKind::Liveness,
                                                        .path = "/up",
                                                        .attempts = 9,
                                                        .wait = seconds(2),
                                                        .timeout = seconds(5)}}));
  EXPECT_EQ(chosen.liveness_from, CheckSource::Set);
}

TEST(CheckPlan, NeverCutsOffAWorkerBeforeItsUptime) {
  const auto manifest = declare(kWorker, {{.uptime = seconds(30)}});
  EXPECT_EQ(in_words(plan_checks(kWorker, manifest, {.deadline = seconds(5)}, {})),
            Words{"uptime 30 s within 35 s"});
}

}  // namespace
}  // namespace minpaas::hooks
