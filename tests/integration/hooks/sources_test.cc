#include "hooks/service/sources.h"

#include <gmock/gmock.h>

#include "hooks/containers/ownership.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/memory_streams.h"
#include "tests/support/tar_maker.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::Crash;
using test::DeployBed;
using test::FakeBuild;
using test::gzipped;
using test::TarMaker;
using test::Watcher;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ConfigVars vars(const std::map<std::string, std::string>& values) {
  ConfigVars vars;
  for (const auto& [key, value] : values) {
    vars.emplace(*ConfigKey::parse(key), Secret(value));
  }
  return vars;
}

std::string app_tar(const std::string& content) {
  return gzipped(TarMaker().file("app.py", content).file("requirements.txt", "").str());
}

class AppSources : public testing::Test {
 protected:
  AppSources() {
    bed_.start_queue();
    bed_.engine.add_image("localhost/built/shop:1");
  }

  Result<DeployOutcome> send(const std::string& tar, const DeployChanges& changes = {}) {
    test::MemoryReader in(tar);
    return sources().deploy_archive(bed_.admin, app_, in, changes, watcher_.follow());
  }

  Result<DeployOutcome> run_image(const std::string& reference, const DeployChanges& changes = {}) {
    return sources().deploy_image(bed_.admin, app_, *ImageReference::parse(reference), changes,
                                  watcher_.follow());
  }

  Sources& sources() { return bed_.platform().sources(); }

  Release live() { return **bed_.server().releases.live(app_); }

  std::map<std::string, std::string> config() {
    std::map<std::string, std::string> now;
    const auto latest = bed_.server().configs.latest(app_);
    for (const auto& [key, value] : latest->second) {
      now.emplace(key.str(), value.reveal());
    }
    return now;
  }

  bool has_app() { return bed_.server().apps.get(app_).has_value(); }

  DeployBed bed_;
  Watcher watcher_;
  AppName app_ = *AppName::parse("blog");
};

TEST_F(AppSources, AnArchiveMakesTheAppAndItsFirstRelease) {
  const auto outcome = send(app_tar("1"));
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  ASSERT_EQ(outcome->stage, DeployStage::Succeeded) << watcher_.text();
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_EQ(live().description, "Deploy " + bed_.ref(app_).short_hex() + ": from an archive");
  EXPECT_THAT(watcher_.lines(), Contains("       2 files, 1 B"));
}

TEST_F(AppSources, AnArchiveFollowsWhatIsLive) {
  ASSERT_TRUE(send(app_tar("1")));
  const Oid first = bed_.ref(app_);
  ASSERT_EQ(send(app_tar("2"))->stage, DeployStage::Succeeded);
  const auto repository = git::Repository::open(bed_.server().parts.repository(app_));
  const auto made = repository->commit(bed_.ref(app_));
  EXPECT_EQ(made->author, "ada");
  EXPECT_EQ(made->subject, "Deploy an archive");
  EXPECT_NE(bed_.ref(app_), first);
  const auto back = bed_.platform().rollback(bed_.admin, app_, std::nullopt, watcher_.follow());
  ASSERT_EQ(back->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.ref(app_), first);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(AppSources, ABadArchiveLeavesNothingBehind) {
  for (const std::string& tar :
       {std::string(), std::string("no archive"), TarMaker().file("../x", "x").str(),
        TarMaker().file("a", "").symlink("b", "/etc").str()}) {
    const auto outcome = send(tar);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::InvalidInput);
    EXPECT_FALSE(has_app());
    EXPECT_FALSE(std::filesystem::exists(bed_.server().parts.repository(app_)));
  }
}

TEST_F(AppSources, AnArchiveThatIsCutOffDeploysNothing) {
  test::MemoryReader in(app_tar("1").substr(0, 60));
  in.end_with({ErrorCode::Disconnected, "the peer is gone", "", ""});
  const auto outcome = sources().deploy_archive(bed_.admin, app_, in, {}, watcher_.follow());
  EXPECT_EQ(outcome.error().code, ErrorCode::Disconnected);
  test::MemoryReader silent("");
  silent.end_with({ErrorCode::Timeout, "deadline", "", ""});
  const auto slow = sources().deploy_archive(bed_.admin, app_, silent, {}, watcher_.follow());
  EXPECT_EQ(slow.error().code, ErrorCode::Timeout);
  EXPECT_THAT(slow.error().message, HasSubstr("no more of the archive came"));
  EXPECT_FALSE(has_app());
}

TEST_F(AppSources, ConfigAndRuntimeComeWithTheRelease) {
  const auto outcome =
      send(app_tar("1"), {.runtime = "python", .set = vars({{"LEVEL", "debug"}, {"A", "1"}})});
  ASSERT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_EQ(outcome->release->value(), 1) << "one release for all";
  EXPECT_EQ(config(), (std::map<std::string, std::string>{{"A", "1"}, {"LEVEL", "debug"}}));
  EXPECT_EQ(bed_.server().apps.get(app_)->runtime, "python");
  EXPECT_THAT(watcher_.lines(), Contains("-----> Config vars set: A and LEVEL"));
  EXPECT_THAT(watcher_.text(), Not(HasSubstr("debug")));
  ASSERT_EQ(send(app_tar("2"), {.runtime = "auto"})->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.server().apps.get(app_)->runtime, "");
}

TEST_F(AppSources, AFailedDeployKeepsConfigAndRuntime) {
  ASSERT_EQ(send(app_tar("1"), {.set = vars({{"LEVEL", "info"}})})->stage, DeployStage::Succeeded);
  const Oid before = bed_.ref(app_);
  bed_.check = [](const auto&, const std::stop_token&) -> Result<void> {
    return Error{ErrorCode::Failed, "it does not answer", "", ""};
  };
  const auto failed =
      send(app_tar("2"), {.runtime = "python", .set = vars({{"LEVEL", "debug"}, {"B", "2"}})});
  EXPECT_EQ(failed->stage, DeployStage::Failed);
  EXPECT_EQ(config(), (std::map<std::string, std::string>{{"LEVEL", "info"}}));
  EXPECT_EQ(bed_.server().apps.get(app_)->runtime, "");
  EXPECT_EQ(bed_.ref(app_), before);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(AppSources, ACrashTakesBackWhatTheDeployHadSet) {
  ASSERT_EQ(send(app_tar("1"), {.set = vars({{"LEVEL", "info"}})})->stage, DeployStage::Succeeded);
  ASSERT_TRUE(bed_.wait_idle(app_));
  test::TarMaker tar;
  for (const char* point : {"config changed", "started", "switched"}) {
    DeployJob job{.row = asked_for(app_, state::DeployKind::Push, "ada")};
    job.set = vars({{"LEVEL", point}});
    job.runtime = "python";
    job.row.commit = bed_.commit(app_, point);
    job.row.ref = "refs/heads/main";
    job.row.id = *bed_.server().deploys.add(job.row);
    auto feed = DeployFeed::create(bed_.folder.path() / "crash.log", FeedLimits());
    Deploy deploy(job, *feed);
    bed_.at_point = [point](std::string_view reached) {
      if (reached == point) {
        throw Crash();
      }
    };
    EXPECT_THROW(bed_.server().pipeline.run(deploy), Crash) << point;
    bed_.at_point = {};
    bed_.restart();
    ASSERT_TRUE(recover(bed_.server().parts));
    EXPECT_EQ(config(), (std::map<std::string, std::string>{{"LEVEL", "info"}})) << point;
    EXPECT_EQ(bed_.server().apps.get(app_)->runtime, "") << point;
    EXPECT_EQ(bed_.broken_promise(app_), "") << point;
  }
}

TEST_F(AppSources, WhatIsWrongIsSaidBeforeTheArchiveIsRead) {
  test::MemoryReader in(app_tar("1"));
  const auto runtime =
      sources().deploy_archive(bed_.admin, app_, in, {.runtime = "cobol"}, watcher_.follow());
  EXPECT_THAT(runtime.error().message, HasSubstr("no runtime 'cobol'"));
  const auto port = sources().deploy_archive(
      bed_.admin, app_, in, {.set = vars({{"A", std::string("a\0b", 3)}})}, watcher_.follow());
  EXPECT_EQ(port.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(watcher_.lines(), IsEmpty());
  EXPECT_FALSE(has_app());
}

TEST_F(AppSources, ALockedAppAndAFreeNameAreTreatedAsByAPush) {
  ASSERT_TRUE(send(app_tar("1")));
  ASSERT_TRUE(bed_.platform().lock(bed_.admin, app_));
  EXPECT_EQ(send(app_tar("2")).error().code, ErrorCode::Conflict);
  EXPECT_EQ(run_image("localhost/built/shop:1").error().code, ErrorCode::Conflict);
  ASSERT_TRUE(bed_.platform().unlock(bed_.admin, app_));
  bed_.settings.apps.create_on_push = false;
  app_ = *AppName::parse("other");
  EXPECT_EQ(send(app_tar("1")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(run_image("localhost/built/shop:1").error().code, ErrorCode::NotFound);
  EXPECT_FALSE(has_app());
}

TEST_F(AppSources, AnImageRunsItsOwnCommandOnThePortThatItExposes) {
  bed_.engine.next_build(FakeBuild{.exposed_tcp_ports = {5000, 9000}});
  const auto outcome = run_image("localhost/built/shop:1", {.set = vars({{"A", "1"}})});
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  ASSERT_EQ(outcome->stage, DeployStage::Succeeded) << watcher_.text();
  EXPECT_EQ(live().internal_port, 5000);
  EXPECT_EQ(live().runtime, "image");
  EXPECT_EQ(live().commit, std::nullopt);
  EXPECT_EQ(live().description, "Deploy the image localhost/built/shop:1");
  EXPECT_EQ(live().processes.at(ProcessType::web()), "");
  EXPECT_EQ(config(), (std::map<std::string, std::string>{{"A", "1"}}));
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_THAT(bed_.engine.last_context(), HasSubstr("FROM localhost/built/shop:1\n"));
}

TEST_F(AppSources, TheImageThatRunsIsOneOfOurs) {
  ASSERT_EQ(run_image("localhost/built/shop:1")->stage, DeployStage::Succeeded);
  const auto image = bed_.engine.inspect_image(live().image.value);
  EXPECT_TRUE(is_own_image(*image, bed_.server().parts.instance));
  const auto theirs = bed_.engine.inspect_image("localhost/built/shop:1");
  EXPECT_NE(theirs->id, image->id);
  EXPECT_FALSE(is_own_image(*theirs, bed_.server().parts.instance));
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, app_, false));
  EXPECT_FALSE(bed_.engine.inspect_image(image->id.value));
  EXPECT_TRUE(bed_.engine.inspect_image("localhost/built/shop:1"));
}

TEST_F(AppSources, AnImageThatDoesNotExistFailsWithOneLine) {
  ASSERT_TRUE(send(app_tar("1")));
  const auto outcome = run_image("ghcr.io/acme/none:1");
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Failed);
  EXPECT_EQ(outcome->failure, ErrorCode::NotFound);
  EXPECT_THAT(outcome->reason, HasSubstr("there is no image ghcr.io/acme/none:1"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
  bed_.engine.add_to_registry("ghcr.io/acme/none:1");
  EXPECT_EQ(run_image("ghcr.io/acme/none:1")->stage, DeployStage::Succeeded);
}

TEST_F(AppSources, ARegistryOfTheServersOwnNetworkIsNotAsked) {
  for (const char* reference :
       {"127.0.0.1:5/acme/none:1", "localhost:5/none:1", "10.0.0.1/none:1"}) {
    bed_.engine.add_to_registry(reference);
    const auto outcome = run_image(reference);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->failure, ErrorCode::PermissionDenied) << reference;
    EXPECT_THAT(outcome->reason, HasSubstr("no address of the public internet"));
  }
  // What an administrator has pulled is there for all.
  bed_.engine.add_image("10.0.0.1/none:1");
  EXPECT_EQ(run_image("10.0.0.1/none:1")->stage, DeployStage::Succeeded);
  bed_.settings.sources.allow_private_addresses = true;
  EXPECT_EQ(run_image("127.0.0.1:5/acme/none:1")->stage, DeployStage::Succeeded);
}

TEST_F(AppSources, RollbacksGoToAndFromAnImage) {
  ASSERT_EQ(send(app_tar("1"))->stage, DeployStage::Succeeded);
  ASSERT_EQ(run_image("localhost/built/shop:1")->stage, DeployStage::Succeeded);
  const ImageId image = live().image;
  auto& platform = bed_.platform();
  ASSERT_EQ(platform.rollback(bed_.admin, app_, std::nullopt, watcher_.follow())->stage,
            DeployStage::Succeeded);
  EXPECT_EQ(live().runtime, "python");
  EXPECT_EQ(bed_.broken_promise(app_), "");
  ASSERT_EQ(platform.rollback(bed_.admin, app_, ReleaseNumber(2), watcher_.follow())->stage,
            DeployStage::Succeeded);
  EXPECT_EQ(live().image, image);
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_EQ(platform.rebuild(bed_.admin, app_, false, watcher_.follow()).error().code,
            ErrorCode::Conflict);
}

TEST_F(AppSources, NoAppDeploysTheImageOfAnother) {
  ASSERT_EQ(send(app_tar("1"))->stage, DeployStage::Succeeded);
  const auto theirs = bed_.engine.inspect_image(live().image.value);
  ASSERT_FALSE(theirs->tags.empty());
  app_ = *AppName::parse("thief");
  const auto outcome = run_image(theirs->tags.front());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Failed);
  EXPECT_EQ(outcome->failure, ErrorCode::PermissionDenied);
  EXPECT_THAT(outcome->reason, HasSubstr("image of another app"));
}

TEST_F(AppSources, AnImageHasNoRuntime) {
  EXPECT_EQ(run_image("localhost/built/shop:1", {.runtime = "python"}).error().code,
            ErrorCode::InvalidInput);
  EXPECT_FALSE(has_app());
}

TEST_F(AppSources, TooManyAtOnceAreTurnedAwayWhenTheirFollowerLeaves) {
  bed_.settings.sources.slots = 0;
  test::MemoryReader in(app_tar("1"));
  Watcher impatient;
  impatient.leave();
  const auto outcome = sources().deploy_archive(bed_.admin, app_, in, {}, impatient.follow());
  EXPECT_EQ(outcome.error().code, ErrorCode::Busy);
}

}  // namespace
}  // namespace minpaas::hooks
