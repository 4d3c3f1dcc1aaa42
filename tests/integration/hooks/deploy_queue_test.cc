#include "hooks/queue/deploy_queue.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "hooks/supervision/live_processes.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/memory_streams.h"
#include "tests/support/tar_maker.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::DeployBed;
using test::EngineCall;
using test::Watcher;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One pusher on a thread of its own.
struct Pusher {
  Pusher(DeployBed& bed, const AppName& app, const Oid& commit)
      : result(std::async(std::launch::async, [this, &bed, app, commit] {
          return bed.platform().push(bed.admin, bed.push_of(app, commit), watcher.follow());
        })) {}

  Watcher watcher;
  std::future<Result<DeployOutcome>> result;
};

class Queue : public testing::Test {
 protected:
  explicit Queue(int slots = 2) : bed_(slots) { bed_.start_queue(); }

  std::unique_ptr<Pusher> push(const AppName& app, const Oid& commit) {
    return std::make_unique<Pusher>(bed_, app, commit);
  }

  /// A build that stands still until `release_builds`.
  std::unique_ptr<Pusher> push_and_hold(const AppName& app, const Oid& commit) {
    bed_.engine.hold_builds();
    auto pusher = push(app, commit);
    EXPECT_TRUE(bed_.engine.wait_for_builds(1));
    return pusher;
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
};

TEST_F(Queue, LetsANewerPushSupersedeTheOneThatWaits) {
  const Oid one = bed_.commit(app_, "one");
  const Oid two = bed_.commit(app_, "two", one);
  const Oid three = bed_.commit(app_, "three", two);
  const auto first = push_and_hold(app_, one);
  const auto second = push(app_, two);
  ASSERT_TRUE(second->watcher.wait_for("Waiting for deploy 1 of this app"));
  const auto third = push(app_, three);
  const auto superseded = second->result.get();
  ASSERT_TRUE(superseded);
  EXPECT_EQ(superseded->stage, DeployStage::Superseded);
  EXPECT_EQ(superseded->reason, "superseded by deploy 3 (" + three.short_hex() + ", by ada)");
  EXPECT_THAT(second->watcher.text(), HasSubstr("superseded by deploy 3"));
  bed_.engine.release_builds();
  EXPECT_EQ(first->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(third->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.ref(app_), three);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Queue, LetsAPushOfTheSameCommitJoinFromTheFirstLine) {
  const Oid commit = bed_.commit(app_, "one");
  const auto first = push_and_hold(app_, commit);
  const auto second = push(app_, commit);
  ASSERT_TRUE(second->watcher.wait_for("Building the image"));
  bed_.engine.release_builds();
  const auto one = first->result.get();
  const auto two = second->result.get();
  EXPECT_EQ(one->deploy, two->deploy);
  EXPECT_EQ(two->release, ReleaseNumber(1));
  EXPECT_EQ(first->watcher.lines(), second->watcher.lines());
  EXPECT_EQ(bed_.engine.builds().size(), 1U);
}

TEST_F(Queue, TriesAgainWhenTheSameCommitIsPushedAfterAFailure) {
  const Oid commit = bed_.commit(app_, "one");
  bed_.engine.next_build_fails("no network");
  EXPECT_EQ(bed_.push(app_, commit)->stage, DeployStage::Failed);
  EXPECT_EQ(bed_.push(app_, commit)->stage, DeployStage::Succeeded);
}

TEST_F(Queue, GoesOnWhenItsPusherLeaves) {
  const Oid commit = bed_.commit(app_, "one");
  const auto pusher = push_and_hold(app_, commit);
  pusher->watcher.leave();
  const auto left = pusher->result.get();
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().code, ErrorCode::Disconnected);
  EXPECT_TRUE(bed_.server().queue.current(app_)->was_left());
  const auto again = push(app_, commit);
  ASSERT_TRUE(again->watcher.wait_for("Building"));
  bed_.engine.release_builds();
  EXPECT_EQ(again->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Queue, CancelsABuildAndWhatWaitsBehindIt) {
  const Oid one = bed_.commit(app_, "one");
  const auto first = push_and_hold(app_, one);
  const auto second = push(app_, bed_.commit(app_, "two", one));
  ASSERT_TRUE(second->watcher.wait_for("Waiting"));
  EXPECT_EQ(*bed_.platform().cancel_builds(bed_.admin, app_), 2);
  EXPECT_EQ(second->result.get()->stage, DeployStage::Cancelled);
  const auto outcome = first->result.get();
  EXPECT_EQ(outcome->stage, DeployStage::Cancelled);
  EXPECT_EQ(outcome->reason, "cancelled by ada");
  EXPECT_THAT(first->watcher.text(), HasSubstr(" !     cancelled by ada"));
  bed_.engine.release_builds();
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

/// A deploy of what is not pushed, on a thread of its own.
struct Sender {
  template <typename Send>
  explicit Sender(Send send)
      : result(std::async(std::launch::async, [this, send] { return send(watcher.follow()); })) {}

  Watcher watcher;
  std::future<Result<DeployOutcome>> result;
};

std::string tar_of(const std::string& text) {
  return test::TarMaker().file("app.py", text).file("requirements.txt", "").str();
}

TEST_F(Queue, LetsAnArchiveWaitForARunningPush) {
  const Oid one = bed_.commit(app_, "one");
  const auto first = push_and_hold(app_, one);
  test::MemoryReader archive(tar_of("sent"));
  Sender sent([&](const Follow& follow) {
    return bed_.platform().sources().deploy_archive(bed_.admin, app_, archive, {}, follow);
  });
  ASSERT_TRUE(sent.watcher.wait_for("Waiting for deploy 1 of this app"));
  EXPECT_EQ(bed_.engine.builds().size(), 1U);
  bed_.engine.release_builds();
  EXPECT_EQ(first->result.get()->release, ReleaseNumber(1));
  const auto outcome = sent.result.get();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_EQ(outcome->release, ReleaseNumber(2));
  EXPECT_NE(bed_.ref(app_), one);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Queue, LetsAPushSupersedeAnArchiveThatWaits) {
  const Oid one = bed_.commit(app_, "one");
  const auto first = push_and_hold(app_, one);
  test::MemoryReader archive(tar_of("sent"));
  Sender sent([&](const Follow& follow) {
    return bed_.platform().sources().deploy_archive(bed_.admin, app_, archive, {}, follow);
  });
  ASSERT_TRUE(sent.watcher.wait_for("Waiting"));
  const Oid two = bed_.commit(app_, "two", one);
  const auto newest = push(app_, two);
  EXPECT_EQ(sent.result.get()->stage, DeployStage::Superseded);
  bed_.engine.release_builds();
  EXPECT_EQ(first->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(newest->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.ref(app_), two);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Queue, LetsAnImageWaitForARunningPush) {
  bed_.engine.add_image("localhost/built/blog:1");
  const auto first = push_and_hold(app_, bed_.commit(app_, "one"));
  Sender sent([&](const Follow& follow) {
    return bed_.platform().sources().deploy_image(
        bed_.admin, app_, *ImageReference::parse("localhost/built/blog:1"), {}, follow);
  });
  ASSERT_TRUE(sent.watcher.wait_for("Waiting for deploy 1 of this app"));
  bed_.engine.release_builds();
  EXPECT_EQ(first->result.get()->release, ReleaseNumber(1));
  EXPECT_EQ(sent.result.get()->release, ReleaseNumber(2));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Queue, HasNothingToCancelWhenNothingRuns) {
  const auto cancelled = bed_.platform().cancel_builds(bed_.admin, app_);
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::NotFound);
}

TEST_F(Queue, LeavesAReleaseAloneThatIsCancelledAfterItWentLive) {
  const Oid commit = bed_.commit(app_, "one");
  bed_.at_point = [&](std::string_view point) {
    if (point == "live") {
      bed_.server().queue.cancel(app_, "too late");
    }
  };
  EXPECT_EQ(bed_.push(app_, commit)->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Queue, BuildsTwoAppsAtOnceWithTwoSlots) {
  const AppName shop = bed_.make_app("shop");
  const auto first = push_and_hold(app_, bed_.commit(app_, "one"));
  const auto second = push(shop, bed_.commit(shop, "one"));
  EXPECT_TRUE(bed_.engine.wait_for_builds(2));
  bed_.engine.release_builds();
  EXPECT_EQ(first->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(second->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_EQ(bed_.broken_promise(shop), "");
}

TEST_F(Queue, FollowsTheOutputOfARunningBuildFromTheFirstLine) {
  const auto pusher = push_and_hold(app_, bed_.commit(app_, "one"));
  Watcher watcher;
  auto row = std::async(std::launch::async, [&] {
    return bed_.platform().build_output(bed_.admin, app_, std::nullopt, watcher.follow());
  });
  ASSERT_TRUE(watcher.wait_for("Deploying blog"));
  bed_.engine.release_builds();
  EXPECT_EQ(pusher->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(row.get()->id, 1);
  EXPECT_EQ(watcher.lines(), pusher->watcher.lines());
  Watcher stored;
  ASSERT_TRUE(bed_.platform().build_output(bed_.admin, app_, 1, stored.follow()));
  EXPECT_EQ(stored.lines(), pusher->watcher.lines());
}

TEST_F(Queue, CancelsWhatRunsAndWaitsWhenItStops) {
  const Oid one = bed_.commit(app_, "one");
  const auto first = push_and_hold(app_, one);
  const auto second = push(app_, bed_.commit(app_, "two", one));
  ASSERT_TRUE(second->watcher.wait_for("Waiting"));
  bed_.server().queue.stop(milliseconds(0));
  EXPECT_EQ(first->result.get()->reason, "the server was stopped");
  EXPECT_EQ(second->result.get()->stage, DeployStage::Cancelled);
  const auto late = bed_.push(app_, one);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(*bed_.server().deploys.unfinished(), IsEmpty());
}

TEST_F(Queue, EndsADeployBeforeItsAppIsDestroyed) {
  const auto pusher = push_and_hold(app_, bed_.commit(app_, "one"));
  const auto destroyed = bed_.platform().destroy_app(bed_.admin, app_, false);
  ASSERT_TRUE(destroyed) << destroyed.error().for_log();
  EXPECT_EQ(pusher->result.get()->reason, "ada destroyed the app");
  bed_.engine.release_builds();
  EXPECT_THAT(bed_.containers(app_), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(bed_.server().parts.repository(app_)));
  EXPECT_FALSE(std::filesystem::exists(bed_.server().parts.build_logs() / "blog"));
}

TEST_F(Queue, KeepsAPushWaitingWhileItsAppIsHeld) {
  ASSERT_TRUE(bed_.server().queue.hold(app_));
  EXPECT_FALSE(bed_.server().queue.hold(app_));
  const auto pusher = push(app_, bed_.commit(app_, "one"));
  ASSERT_TRUE(pusher->watcher.wait_for("Waiting for a look at this app's processes"));
  EXPECT_THAT(bed_.engine.journal(), IsEmpty());
  bed_.server().queue.release(app_);
  EXPECT_EQ(pusher->result.get()->stage, DeployStage::Succeeded);
}

TEST_F(Queue, LendsNoAppThatDeploys) {
  const auto pusher = push_and_hold(app_, bed_.commit(app_, "one"));
  EXPECT_FALSE(bed_.server().queue.hold(app_));
  bed_.engine.release_builds();
  EXPECT_EQ(pusher->result.get()->stage, DeployStage::Succeeded);
}

class OneSlot : public Queue {
 protected:
  OneSlot() : Queue(1) {}
};

TEST_F(OneSlot, BuildsOneAppAfterTheOther) {
  const AppName shop = bed_.make_app("shop");
  const auto first = push_and_hold(app_, bed_.commit(app_, "one"));
  const auto second = push(shop, bed_.commit(shop, "one"));
  ASSERT_TRUE(second->watcher.wait_for("Waiting for a build of another app"));
  EXPECT_EQ(bed_.engine.builds().size(), 1U);
  bed_.engine.release_builds();
  EXPECT_EQ(first->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(second->result.get()->stage, DeployStage::Succeeded);
}

TEST_F(OneSlot, DoesNotLetAConfigChangeWaitForAnotherAppsBuild) {
  const AppName shop = bed_.make_app("shop");
  ASSERT_EQ(bed_.push(shop, bed_.commit(shop, "one"))->stage, DeployStage::Succeeded);
  const auto pusher = push_and_hold(app_, bed_.commit(app_, "one"));
  ConfigVars set;
  set.emplace(*ConfigKey::parse("DEBUG"), Secret("1"));
  Watcher watcher;
  const auto changed = bed_.platform().change_config(bed_.admin, shop, set, {}, watcher.follow());
  EXPECT_EQ(changed->release, ReleaseNumber(2));
  bed_.engine.release_builds();
  EXPECT_EQ(pusher->result.get()->stage, DeployStage::Succeeded);
}

TEST_F(OneSlot, BuildsOneAppWhileAnotherIsChecked) {
  const AppName shop = bed_.make_app("shop");
  std::promise<void> checked;
  const std::shared_future<void> is_checked = checked.get_future().share();
  bed_.check = [&](const std::vector<CheckTarget>& targets, const std::stop_token&) {
    if (targets.front().app == app_) {
      is_checked.wait();
    }
    return Result<void>();
  };
  const auto slow = push(app_, bed_.commit(app_, "one"));
  EXPECT_TRUE(slow->watcher.wait_for("Checking"));
  const auto other = push(shop, bed_.commit(shop, "one"));
  const bool did_not_wait = other->result.wait_for(seconds(30)) == std::future_status::ready;
  checked.set_value();
  EXPECT_TRUE(did_not_wait);
  EXPECT_EQ(other->result.get()->stage, DeployStage::Succeeded);
  EXPECT_THAT(other->watcher.text(), testing::Not(HasSubstr("Waiting")));
  EXPECT_EQ(slow->result.get()->stage, DeployStage::Succeeded);
}

/// Visitors of old containers who stay until they are told to leave, or the server stops.
class OldContainers : public OneSlot {
 protected:
  OldContainers() {
    bed_.router.while_draining = [this](const std::stop_token& stop) {
      std::unique_lock<std::mutex> lock(mutex_);
      stays_ = true;
      changed_.notify_all();
      changed_.wait(lock, stop, [this] { return left_; });
    };
    one_ = bed_.commit(app_, "one");
    two_ = bed_.commit(app_, "two", one_);
  }

  ~OldContainers() override { bed_.server().queue.stop(milliseconds(0)); }

  /// Until the second release is live and visitors of the first stay.
  void deploy_twice() {
    EXPECT_EQ(bed_.push(app_, one_)->stage, DeployStage::Succeeded);
    EXPECT_EQ(push(app_, two_)->result.get()->stage, DeployStage::Succeeded);
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stays_; });
  }

  void leave() {
    const std::scoped_lock lock(mutex_);
    left_ = true;
    changed_.notify_all();
  }

  Oid one_;
  Oid two_;

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool stays_ = false;
  bool left_ = false;
};

TEST_F(OldContainers, KeepNoOtherAppFromItsBuild) {
  deploy_twice();
  const AppName shop = bed_.make_app("shop");
  const auto other = push(shop, bed_.commit(shop, "one"));
  EXPECT_EQ(other->result.get()->stage, DeployStage::Succeeded);
  EXPECT_THAT(other->watcher.text(), testing::Not(HasSubstr("Waiting")));
  const auto next = push(app_, bed_.commit(app_, "three", two_));
  ASSERT_TRUE(next->watcher.wait_for("Waiting for the old containers of deploy 2"));
  leave();
  EXPECT_EQ(next->result.get()->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(OldContainers, LetTheLiveOnesBeRepaired) {
  deploy_twice();
  EXPECT_FALSE(bed_.server().queue.hold(app_));
  ASSERT_TRUE(bed_.server().queue.hold(app_, Beside::OldContainers));
  leave();
  const auto next = push(app_, bed_.commit(app_, "three", two_));
  ASSERT_TRUE(next->watcher.wait_for("Waiting for"));
  bed_.server().queue.release(app_);
  EXPECT_EQ(next->result.get()->stage, DeployStage::Succeeded);
}

TEST_F(OldContainers, AreNeitherRestartedNorLimited) {
  deploy_twice();
  const FailureHooks hooks(bed_.engine, bed_.server().configs, bed_.settings);
  LiveProcesses live(bed_.server().parts, bed_.server().queue, hooks, bed_.server().events);
  const auto rows = *bed_.server().containers.of_app(app_);
  ASSERT_EQ(rows.size(), 2U);
  for (const state::ContainerRow& row : rows) {
    const LivenessTarget target{
        .app = app_, .process = row.process, .container = {row.id}, .checks = {}};
    EXPECT_EQ(live.restart(target, {}, "it does not answer"), row.release == ReleaseNumber(2));
  }
  constexpr std::string_view kLess[] = {"memory=256m"};
  const auto limited =
      bed_.platform().resources().set(bed_.admin, app_, std::nullopt, *LimitChange::parse(kLess));
  ASSERT_TRUE(limited) << limited.error().for_log();
  EXPECT_THAT(limited->updated, ElementsAre("web.1"));
}

TEST_F(OldContainers, DoNotKeepTheServerFromItsEnd) {
  deploy_twice();
  bed_.server().queue.stop(milliseconds(0));
  bed_.restart();
  bed_.reconcile();
  EXPECT_THAT(bed_.containers(app_), ElementsAre("v2 web.1"));
}

/// Cancelled in each stage before the release is live: nothing of it may be left.
class CancelledIn : public Queue, public testing::WithParamInterface<const char*> {};

TEST_P(CancelledIn, AStageLeavesTheOldReleaseServing) {
  const Oid one = bed_.commit(app_, "one");
  ASSERT_EQ(bed_.push(app_, one)->stage, DeployStage::Succeeded);
  bool told = false;
  bed_.at_point = [&](std::string_view point) {
    if (point == GetParam()) {
      told = true;
      bed_.server().queue.cancel(app_, "cancelled by ada");
    }
  };
  const auto outcome = bed_.push(app_, bed_.commit(app_, "two", one));
  ASSERT_TRUE(told);
  EXPECT_EQ(outcome->stage, DeployStage::Cancelled);
  EXPECT_EQ(bed_.ref(app_), one);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

INSTANTIATE_TEST_SUITE_P(Stages, CancelledIn,
                         testing::Values("detecting", "building", "built", "releasing",
                                         "release stored", "starting", "started", "checking",
                                         "switching"));

}  // namespace
}  // namespace minpaas::hooks
