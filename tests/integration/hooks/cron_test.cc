#include "hooks/service/cron.h"

#include <gmock/gmock.h>

#include "hooks/programs/cron_keeper.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/memory_streams.h"

namespace minpaas::hooks {
namespace {

using state::CronRun;
using state::CronState;
using test::DeployBed;
using test::FakeProgram;
using test::Watcher;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CronOfAnApp : public testing::Test {
 protected:
  CronOfAnApp() { bed_.start_queue(); }

  /// An app whose cron has one entry; its command prints a line and exits with `status`.
  void push(std::string_view schedule, int status = 0) {
    const std::string app_json =
        R"({"cron": [{"schedule": ")" + std::string(schedule) + R"(", "command": "bin/tidy"}]})";
    test::FakeBuild build;
    build.by_command = {{"bin/tidy", {.exit_code = status, .log = {"tidied 7 files"}}}};
    bed_.engine.next_build(build);
    const auto commit = bed_.commit_files(
        app_, {{"app.py", app_json}, {"requirements.txt", ""}, {"app.json", app_json}});
    ASSERT_EQ(bed_.push(app_, commit)->stage, state::DeployStage::Succeeded);
  }

  Cron& cron() { return bed_.platform().cron(); }

  std::string id() { return cron().list(bed_.admin, app_)->at(0).id; }

  Result<ProgramOutcome> run(const std::string& id) {
    test::MemoryReader in("");
    ExecStreams peer{in, out_, err_, {}};
    return cron().run(bed_.admin, app_, id, peer);
  }

  std::vector<CronRun> history() { return *cron().history(bed_.admin, app_, std::nullopt, 100); }

  /// Waits until none of the history runs; 30 s at most.
  std::vector<CronRun> settled_history(std::size_t size) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    for (;;) {
      auto runs = history();
      const bool is_settled =
          runs.size() == size && std::ranges::none_of(runs, [](const CronRun& run) {
            return run.state == CronState::Running;
          });
      if (is_settled || std::chrono::steady_clock::now() > deadline) {
        return runs;
      }
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  static SystemTime at(std::string_view text) { return *parse_rfc3339(text); }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  test::MemoryWriter out_;
  test::MemoryWriter err_;
};

TEST_F(CronOfAnApp, IsListedWithItsNextTime) {
  EXPECT_THAT(*cron().list(bed_.admin, app_), IsEmpty());
  push("30 2 * * *");
  const auto list = *cron().list(bed_.admin, app_);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].schedule, "30 2 * * *");
  EXPECT_EQ(list[0].command, "bin/tidy");
  EXPECT_FALSE(list[0].last);
  ASSERT_TRUE(list[0].next);
  EXPECT_THAT(format_rfc3339(*list[0].next), HasSubstr("T02:30:00"));
  ASSERT_TRUE(bed_.platform().stop(bed_.admin, app_, Watcher().follow()));
  EXPECT_FALSE(cron().list(bed_.admin, app_)->at(0).next) << "a stopped app runs none";
}

TEST_F(CronOfAnApp, RunsWhenAPersonAsks) {
  push("@daily", 3);
  const auto outcome = run(id());
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->status, 3);
  EXPECT_THAT(out_.text, HasSubstr("tidied 7 files"));
  const auto runs = history();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, CronState::Exited);
  EXPECT_EQ(runs[0].status, 3);
  EXPECT_EQ(runs[0].started_by, "ada");
  EXPECT_THAT(runs[0].output, HasSubstr("tidied 7 files"));
  EXPECT_TRUE(runs[0].finished_at);
  EXPECT_EQ(bed_.broken_promise(app_), "") << "its container is gone";
  EXPECT_EQ(run("000000").error().code, ErrorCode::NotFound);
}

TEST_F(CronOfAnApp, RunsByTheClockInItsMinuteOnly) {
  push("30 2 * * *");
  CronKeeper keeper(bed_.server().parts, bed_.server().cron_runner);
  keeper.start();
  keeper.look(at("2026-11-26T02:29:00Z"));
  keeper.look(at("2026-11-26T02:30:10Z"));
  keeper.look(at("2026-11-26T02:31:00Z"));
  const auto runs = settled_history(1);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].started_by, "");
  EXPECT_EQ(runs[0].state, CronState::Exited);
  EXPECT_EQ(runs[0].status, 0);
  EXPECT_THAT(runs[0].output, HasSubstr("tidied 7 files"));
}

TEST_F(CronOfAnApp, ByTheClockIsOnRecordAsThePlatformsWhenItFailsOnceAnHour) {
  push("* * * * *");
  auto keeper = std::make_unique<CronKeeper>(bed_.server().parts, bed_.server().cron_runner);
  keeper->start();
  keeper->look(at("2026-11-26T02:30:10Z"));
  EXPECT_THAT(settled_history(1), SizeIs(1));
  push("* * * * *", 3);
  ASSERT_TRUE(run(id())) << "one that a person asked for is on record as theirs";
  keeper->look(at("2026-11-26T02:31:10Z"));
  EXPECT_THAT(settled_history(3), SizeIs(3));
  keeper->look(at("2026-11-26T02:32:10Z"));
  EXPECT_THAT(settled_history(4), SizeIs(4));
  // Whatever it puts on record is there when it has ended.
  keeper.reset();
  EXPECT_THAT(bed_.own_record(1), ElementsAre("cron:run blog " + id() + ": failed"));
  const auto verdict = bed_.platform().events().verify(bed_.admin);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->fault, "");
}

TEST_F(CronOfAnApp, OfAStoppedAppDoesNotRun) {
  push("* * * * *");
  ASSERT_TRUE(bed_.platform().stop(bed_.admin, app_, Watcher().follow()));
  CronKeeper keeper(bed_.server().parts, bed_.server().cron_runner);
  keeper.start();
  keeper.look(at("2026-11-26T02:30:10Z"));
  EXPECT_THAT(history(), IsEmpty());
}

TEST_F(CronOfAnApp, DoesNotRunBesideItself) {
  push("* * * * *");
  const auto claim = bed_.server().cron_runner.claim(*bed_.server().apps.get(app_), id());
  ASSERT_TRUE(claim);
  EXPECT_EQ(run(id()).error().code, ErrorCode::Busy);
  CronKeeper keeper(bed_.server().parts, bed_.server().cron_runner);
  keeper.look(at("2026-11-26T02:30:10Z"));
  const auto runs = history();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, CronState::Skipped);
}

TEST_F(CronOfAnApp, DoesNotRunBesideItselfUnderAnotherName) {
  push("* * * * *");
  const std::string entry = id();
  const auto claim = bed_.server().cron_runner.claim(*bed_.server().apps.get(app_), entry);
  const AppName old_name = std::exchange(app_, *AppName::parse("shop"));
  ASSERT_TRUE(bed_.platform().rename_app(bed_.admin, old_name, app_));
  EXPECT_EQ(run(entry).error().code, ErrorCode::Busy);
  bed_.make_app("blog");
  EXPECT_TRUE(bed_.server().cron_runner.claim(*bed_.server().apps.get(old_name), entry))
      << "another app's entry of the same id";
}

TEST_F(CronOfAnApp, ThatIsRenamedRunsWhatIsDue) {
  push("* * * * *");
  CronKeeper keeper(bed_.server().parts, bed_.server().cron_runner);
  keeper.look(at("2026-11-26T02:30:10Z"));
  const AppName old_name = std::exchange(app_, *AppName::parse("shop"));
  ASSERT_TRUE(bed_.platform().rename_app(bed_.admin, old_name, app_));
  keeper.start();
  const auto runs = settled_history(1);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, CronState::Exited);
}

TEST_F(CronOfAnApp, IsEndedAfterItsTime) {
  bed_.settings.cron.timeout = seconds(0);
  push("* * * * *");
  const auto image = bed_.server().releases.live(app_)->value().image;
  bed_.engine.behave(image, "bin/tidy", {.program = [](FakeProgram& program) {
                       program.wait_for_event();
                       return 0;
                     }});
  CronKeeper keeper(bed_.server().parts, bed_.server().cron_runner);
  keeper.start();
  keeper.look(at("2026-11-26T02:30:10Z"));
  const auto runs = settled_history(1);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, CronState::TimedOut);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(CronOfAnApp, ThatWasCutOffWithTheServerIsSaidToBe) {
  push("@daily");
  ASSERT_TRUE(bed_.server().cron_store.add({.app = app_,
                                            .entry = id(),
                                            .schedule = "@daily",
                                            .command = "bin/tidy",
                                            .started_at = bed_.clock.now()}));
  bed_.restart();
  CronKeeper keeper(bed_.server().parts, bed_.server().cron_runner);
  keeper.start();
  const auto runs = history();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, CronState::Cut);
  EXPECT_TRUE(runs[0].finished_at);
  EXPECT_THAT(bed_.own_record(1), ElementsAre("cron:run  1 that ran when the server stopped: cut"));
}

TEST_F(CronOfAnApp, MasksConfigInWhatItKeeps) {
  ASSERT_TRUE(bed_.platform().change_config(
      bed_.admin, app_, {{*ConfigKey::parse("WORD"), Secret("tidied 7")}}, {}, Watcher().follow()));
  push("@daily");
  ASSERT_TRUE(run(id()));
  EXPECT_THAT(history().at(0).output, HasSubstr("[WORD] files"));
}

TEST_F(CronOfAnApp, HistoryIsOfBoundedLength) {
  push("@daily");
  for (int i = 0; i < state::CronStore::kKeptRuns + 5; ++i) {
    ASSERT_TRUE(bed_.server().cron_store.add({.app = app_,
                                              .entry = "abc123",
                                              .schedule = "@daily",
                                              .command = "x",
                                              .state = CronState::Skipped,
                                              .started_at = bed_.clock.now()}));
  }
  EXPECT_EQ(history().size(), static_cast<std::size_t>(state::CronStore::kKeptRuns));
  EXPECT_EQ(cron().history(bed_.admin, app_, "abc123", 7)->size(), 7U);
  EXPECT_EQ(cron().history(bed_.admin, app_, "nobody", 7).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::hooks
