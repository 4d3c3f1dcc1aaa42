#include "hooks/pipeline/recovery.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <atomic>

#include "hooks/supervision/reconcile.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using state::DeployKind;
using state::DeployStage;
using test::Crash;
using test::DeployBed;
using test::EngineCall;
using test::Watcher;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

/// Every call that changes the engine, or that a deploy waits for.
constexpr EngineCall kCalls[] = {
    EngineCall::Version,          EngineCall::Build,       EngineCall::InspectImage,
    EngineCall::Create,           EngineCall::Start,       EngineCall::Stop,
    EngineCall::Remove,           EngineCall::Inspect,     EngineCall::List,
    EngineCall::SetRestartPolicy, EngineCall::RemoveImage,
};

/// One deploy, run on the test's thread until it ends or the server crashes in it.
class Recovery : public testing::TestWithParam<DeployKind> {
 protected:
  Recovery() : bed_(std::make_unique<DeployBed>()), app_(bed_->make_app("blog")) {}

  /// A fresh world with `releases` pushed.
  void begin_again(int releases) {
    bed_ = std::make_unique<DeployBed>();
    app_ = bed_->make_app("blog");
    latest_ = Oid();
    for (int i = 0; i < releases; ++i) {
      latest_ = bed_->commit(app_, "old " + std::to_string(i), latest_);
      ASSERT_EQ(run(push_job(latest_)), DeployStage::Succeeded);
    }
  }

  DeployJob push_job(const Oid& commit) {
    DeployJob job{.row = asked_for(app_, DeployKind::Push, "ada")};
    job.row.commit = commit;
    job.row.ref = "refs/heads/main";
    return job;
  }

  DeployJob job(DeployKind kind) {
    if (kind == DeployKind::Push) {
      return push_job(bed_->commit(app_, "new", latest_));
    }
    DeployJob other{.row = asked_for(app_, kind, "ada")};
    if (kind == DeployKind::ConfigChange) {
      other.set.emplace(*ConfigKey::parse("DEBUG"), Secret("1"));
    }
    if (kind == DeployKind::Rollback) {
      const Release old = *bed_->server().releases.get(app_, ReleaseNumber(1));
      other.target = old.number;
      other.row.commit = old.commit;
      other.row.ref = "refs/heads/main";
    }
    return other;
  }

  /// Releases that there are before a deploy of the kind: a rollback needs two, with unlike config.
  static int releases_before(DeployKind kind) { return kind == DeployKind::Rollback ? 3 : 1; }

  void begin_again_for(DeployKind kind) {
    begin_again(kind == DeployKind::Rollback ? 2 : 1);
    if (kind == DeployKind::Rollback) {
      ASSERT_EQ(run(job(DeployKind::ConfigChange)), DeployStage::Succeeded);
    }
  }

  /// Through the pipeline alone: exceptions of the test pass.
  DeployStage run(DeployJob job) {
    DeployBed::Server& server = bed_->server();
    job.row.id = *server.deploys.add(job.row);
    id_ = job.row.id;
    Deploy deploy(job, *DeployFeed::create(server.queue.log_file(app_, id_), FeedLimits()));
    if (const auto rest = server.pipeline.run(deploy)) {
      rest();
    }
    return deploy.follow(Watcher().follow())->stage;
  }

  /// Crashes at the n-th instant of the deploy; false when it ended before.
  bool crash_at(int n, DeployJob job) {
    std::atomic<int> seen = 0;
    const auto count = [&seen, n] {
      if (++seen == n) {
        throw Crash();
      }
    };
    bed_->at_point = [&](std::string_view) { count(); };
    for (const EngineCall call : kCalls) {
      bed_->engine.before(call, [&](const std::string&) { count(); });
    }
    bool crashed = false;
    try {
      run(std::move(job));
    } catch (const Crash&) {
      crashed = true;
    }
    bed_->at_point = {};
    for (const EngineCall call : kCalls) {
      bed_->engine.before(call, {});
    }
    return crashed;
  }

  /// Whether the container that serves was made by the deploy.
  bool serves_from(std::int64_t deploy) {
    const auto rows = *bed_->server().containers.of_app(app_);
    const auto serving = bed_->engine.inspect_container({rows.front().id});
    return serving->labels.at("minpaas.deploy") == std::to_string(deploy);
  }

  void start_again() {
    bed_->restart();
    const auto report = recover(bed_->server().parts);
    ASSERT_TRUE(report) << report.error().for_log();
    settled_ = report->settled;
    if (bed_->engine.version()) {
      bed_->reconcile();
    }
  }

  std::unique_ptr<DeployBed> bed_;
  AppName app_;
  Oid latest_;
  std::int64_t id_ = 0;
  /// What the last start has settled.
  std::vector<RecoveryReport::Settled> settled_;
};

TEST_P(Recovery, KeepsEveryPromiseWhereverTheServerCrashed) {
  int instants = 0;
  int finished = 0;
  int undone = 0;
  for (bool crashed = true; crashed; ++instants) {
    begin_again_for(GetParam());
    crashed = crash_at(instants + 1, job(GetParam()));
    start_again();
    ASSERT_EQ(bed_->broken_promise(app_), "") << "crash at instant " << instants + 1;
    const auto row = bed_->server().deploys.get(id_);
    const auto live = bed_->server().releases.live(app_);
    for (const auto& [deploy, is_live] : settled_) {
      EXPECT_EQ(deploy.id, id_);
      EXPECT_EQ(is_live, row->stage == DeployStage::Succeeded);
      (is_live ? finished : undone)++;
    }
    if (GetParam() == DeployKind::Restart) {
      EXPECT_EQ((*live)->number, ReleaseNumber(1)) << "a restart makes no release";
      EXPECT_EQ(row->stage == DeployStage::Succeeded, serves_from(id_));
      continue;
    }
    EXPECT_EQ(row->stage == DeployStage::Succeeded,
              (*live)->number.value() > releases_before(GetParam()))
        << "crash at instant " << instants + 1;
  }
  EXPECT_GT(instants, 15);
  EXPECT_GT(finished, 0);
  EXPECT_GT(undone, 0);
}

TEST_P(Recovery, IsItselfSafeToCrash) {
  begin_again_for(GetParam());
  ASSERT_TRUE(crash_at(14, job(GetParam())));
  for (int n = 1; n < 6; ++n) {
    bed_->restart();
    std::atomic<int> seen = 0;
    for (const EngineCall call : kCalls) {
      bed_->engine.before(call, [&seen, n](const std::string&) {
        if (++seen == n) {
          throw Crash();
        }
      });
    }
    try {
      const auto report = recover(bed_->server().parts);
      EXPECT_TRUE(report);
    } catch (const Crash&) {
    }
    for (const EngineCall call : kCalls) {
      bed_->engine.before(call, {});
    }
  }
  start_again();
  EXPECT_EQ(bed_->broken_promise(app_), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, Recovery,
                         testing::Values(DeployKind::Push, DeployKind::Rebuild,
                                         DeployKind::ConfigChange, DeployKind::Restart,
                                         DeployKind::Rollback),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

using FirstDeploy = Recovery;

TEST_F(FirstDeploy, OfAnAppLeavesNothingOrARelease) {
  int instants = 0;
  for (bool crashed = true; crashed; ++instants) {
    begin_again(0);
    crashed = crash_at(instants + 1, job(DeployKind::Push));
    start_again();
    ASSERT_EQ(bed_->broken_promise(app_), "") << "crash at instant " << instants + 1;
  }
  EXPECT_GT(instants, 15);
}

TEST_F(Recovery, SaysWhyAWaitingDeployDidNotRun) {
  begin_again(0);
  const auto id = bed_->server().deploys.add(job(DeployKind::Push).row);
  start_again();
  const auto row = bed_->server().deploys.get(*id);
  EXPECT_EQ(row->stage, DeployStage::Failed);
  EXPECT_EQ(row->reason, "the server stopped during the deploy");
}

TEST_F(Recovery, MovesARefThatCouldNotBeMovedWhenItsReleaseWentLive) {
  begin_again(1);
  const auto ref = bed_->server().parts.repository(app_) / "refs/heads/main.lock";
  bed_->at_point = [&](std::string_view point) {
    if (point == "live") {
      // As another program's lock that outlives every patience.
      FILE* lock = std::fopen(ref.c_str(), "w");
      ASSERT_NE(lock, nullptr);
      std::fclose(lock);
    }
  };
  const Oid commit = bed_->commit(app_, "new", latest_);
  EXPECT_EQ(run(push_job(commit)), DeployStage::Succeeded);
  bed_->at_point = {};
  EXPECT_EQ(bed_->ref(app_), latest_);
  start_again();
  EXPECT_EQ(bed_->ref(app_), commit);
  EXPECT_EQ(bed_->broken_promise(app_), "");
}

TEST_F(Recovery, DoesNotWaitForAnEngineThatIsDown) {
  begin_again(1);
  ASSERT_TRUE(crash_at(14, job(DeployKind::Push)));
  bed_->engine.go_down();
  start_again();
  EXPECT_THAT(*bed_->server().deploys.unfinished(), testing::IsEmpty());
  bed_->engine.come_up();
}

/// Nothing can be taken back while the engine is away; what it finds later is enough to do so.
TEST_F(Recovery, OfAnEngineThatWentAwayInTheSwapIsLeftToReconciliation) {
  begin_again(1);
  bool swapping = false;
  bed_->at_point = [&](std::string_view point) { swapping = swapping || point == "switching"; };
  bed_->engine.before(EngineCall::Start, [&](const std::string&) {
    if (swapping) {
      bed_->engine.go_down();
    }
  });
  EXPECT_EQ(run(push_job(bed_->commit(app_, "new", latest_))), DeployStage::Failed);
  bed_->engine.before(EngineCall::Start, {});
  bed_->engine.come_up();
  EXPECT_THAT(bed_->serving(app_), testing::IsEmpty());

  const PipelineParts& parts = bed_->server().parts;
  Checker checker(bed_->engine, {});
  Reconciler reconciler(
      bed_->engine, {parts.apps, parts.releases, parts.configs, parts.containers, parts.deploys},
      bed_->router, checker, parts.policy());
  const auto report = reconciler.run({}, {});
  ASSERT_TRUE(report) << report.error().for_log();
  EXPECT_TRUE(report->settled());
  EXPECT_EQ(bed_->broken_promise(app_), "");
}

TEST_F(Recovery, SettlesWhileTheServerRunsWhatHasEndedWithoutARecord) {
  begin_again(1);
  bed_->at_point = [](std::string_view point) {
    if (point == "started") {
      throw Crash();
    }
  };
  EXPECT_THROW(run(job(DeployKind::Push)), Crash);
  bed_->at_point = {};
  const std::int64_t ended = id_;
  const auto waiting = bed_->server().queue.submit(push_job(latest_));
  ASSERT_TRUE(settle_ended(bed_->server().parts, bed_->server().queue));
  const auto row = bed_->server().deploys.get(ended);
  EXPECT_EQ(row->stage, DeployStage::Failed);
  EXPECT_EQ(row->reason, "its end could not be stored");
  EXPECT_EQ(bed_->server().deploys.get((*waiting)->id())->stage, DeployStage::Queued);
  EXPECT_THAT(bed_->containers(app_), ElementsAre("v1 web.1"));
}

TEST_F(Recovery, SettlesWhatHasEndedWhileItWasQueued) {
  begin_again(1);
  const auto lost = bed_->server().deploys.add(job(DeployKind::Push).row);
  ASSERT_TRUE(settle_ended(bed_->server().parts, bed_->server().queue));
  EXPECT_EQ(bed_->server().deploys.get(*lost)->stage, DeployStage::Failed);
}

/// What is known of it counts, not what the journal has.
TEST_F(Recovery, StoresAnEndThatCouldNotBeStoredAsItWas) {
  begin_again(1);
  const auto deny = [this](const char* sql) {
    ASSERT_TRUE(bed_->server().database->write([&](SQLite::Database& connection) -> Result<void> {
      connection.exec(sql);
      return {};
    }));
  };
  bed_->at_point = [&](std::string_view point) {
    if (point == "marked as stopped") {
      deny(
          "CREATE TRIGGER full BEFORE UPDATE OF finished_at ON deploys"
          " BEGIN SELECT RAISE(ABORT, 'full'); END");
    }
  };
  EXPECT_EQ(run(job(DeployKind::Stop)), DeployStage::Succeeded);
  bed_->at_point = {};
  EXPECT_FALSE(settle_ended(bed_->server().parts, bed_->server().queue));
  deny("DROP TRIGGER full");
  ASSERT_TRUE(settle_ended(bed_->server().parts, bed_->server().queue));
  EXPECT_EQ(bed_->server().deploys.get(id_)->stage, DeployStage::Succeeded);
  EXPECT_TRUE(bed_->server().apps.get(app_)->stopped);
}

TEST_F(Recovery, OfOneAppThatFailsKeepsNoOtherFromBeingServed) {
  begin_again(1);
  bed_->at_point = [](std::string_view point) {
    if (point == "started") {
      throw Crash();
    }
  };
  EXPECT_THROW(run(job(DeployKind::ConfigChange)), Crash);
  const std::int64_t broken = id_;
  app_ = bed_->make_app("shop");
  latest_ = Oid();
  EXPECT_THROW(run(job(DeployKind::Push)), Crash);
  bed_->at_point = {};
  ASSERT_TRUE(bed_->server().database->write([](SQLite::Database& connection) -> Result<void> {
    connection.exec("UPDATE config_vars SET sealed = x'00'");
    return {};
  }));
  bed_->restart();
  ASSERT_TRUE(recover(bed_->server().parts));
  EXPECT_EQ(bed_->server().deploys.get(id_)->stage, DeployStage::Failed);
  EXPECT_EQ(bed_->server().deploys.unfinished()->size(), 1U);
  EXPECT_EQ(bed_->server().deploys.unfinished()->front().id, broken);
}

TEST_F(Recovery, LeavesAloneWhatIsUnderWay) {
  begin_again(1);
  bed_->at_point = [this](std::string_view point) {
    if (point == "started") {
      EXPECT_TRUE(bed_->server().queue.hold(app_));
      EXPECT_TRUE(settle_ended(bed_->server().parts, bed_->server().queue));
      bed_->server().queue.release(app_);
    }
  };
  EXPECT_EQ(run(job(DeployKind::Push)), DeployStage::Succeeded);
}

}  // namespace
}  // namespace minpaas::hooks
