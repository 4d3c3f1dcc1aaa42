#include "sshd/git/deploy_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sshd/git/git_handler.h"
#include "tests/support/bare_repository.h"
#include "tests/support/fake_platform.h"
#include "tests/support/memory_streams.h"
#include "tests/support/pack_builder.h"
#include "tests/support/push_script.h"

namespace minpaas::sshd::git {
namespace {

using test::PackBuilder;
using test::PackType;
using test::PushAnswer;
using test::PushScript;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kChoices = " report-status side-band-64k atomic push-options";

/// The service layer with a real repository per app and what was asked of it.
class RecordingPlatform : public test::FakePlatform {
 public:
  using FakePlatform::FakePlatform;

  Result<hooks::PushPlace> open_for_push(const Actor& actor, const AppName& name) override {
    auto place = TRY(FakePlatform::open_for_push(actor, name));
    place.folder = repository_.path().string();
    return place;
  }

  Result<hooks::DeployOutcome> push(const Actor& actor, const hooks::PushRequest& request,
                                    const hooks::Follow& follow) override {
    requests.push_back(request);
    follow.tick();
    if (leaves) {
      gone.request_stop();
      return Error{ErrorCode::Disconnected, "the follower has left", "", ""};
    }
    if (!set_meanwhile.empty()) {
      TRY(change_config(actor, request.app, set_meanwhile, {}, {}));
    }
    return FakePlatform::push(actor, request, follow);
  }

  Result<SharedMask> secret_mask(const Actor& actor, const AppName& name) override {
    ++masks_asked_for;
    return FakePlatform::secret_mask(actor, name);
  }

  std::vector<hooks::PushRequest> requests;
  int masks_asked_for = 0;
  /// Config vars that are set while a push deploys.
  ConfigVars set_meanwhile;
  /// The pusher leaves in the middle of the deploy.
  bool leaves = false;
  std::stop_source gone;

  [[nodiscard]] test::BareRepository& repository() { return repository_; }

 private:
  test::BareRepository repository_;
};

class Deploying : public testing::Test {
 protected:
  Deploying() {
    tree_ = test::TreeBuilder().add("100644", "a", test::object_id("blob", "hello")).content();
    commit_ = test::commit_content(test::object_id("tree", tree_));
    tip_ = test::object_id("commit", commit_);
  }

  [[nodiscard]] std::string pack() const {
    PackBuilder builder;
    builder.add(PackType::Commit, commit_);
    builder.add(PackType::Tree, tree_);
    builder.add(PackType::Blob, "hello");
    return builder.finish();
  }

  PushAnswer send(const PushScript& script,
                  const std::string& command = "git-receive-pack 'blog'") {
    test::MemoryReader in(script.bytes());
    in.end_with(Error{ErrorCode::Timeout, "silence", "", ""});
    return exchange(command, in) ? test::read_answer(out_) : PushAnswer{};
  }

  /// True when the service was not refused.
  bool exchange(const std::string& command, test::MemoryReader& in) {
    test::MemoryWriter out;
    test::MemoryWriter err;
    ExecStreams streams{in, out, err, platform_.gone.get_token()};
    status_ = handler_.run({actor_, command, {}}, streams);
    out_ = out.text;
    err_ = err.text;
    return out_.size() > 8 && out_.substr(4, 4) != "ERR ";
  }

  /// What git prints behind `fatal: remote error: `.
  std::string refusal(const std::string& command) {
    test::MemoryReader in("");
    return exchange(command, in) ? "served" : out_.substr(std::min<std::size_t>(8, out_.size()));
  }

  PushAnswer deploy(const std::vector<std::string>& options = {}) {
    PushScript script(kChoices);
    script.command("refs/heads/main", Oid(), tip_).flush();
    for (const auto& option : options) {
      script.option(option);
    }
    return send(script.flush().raw(pack()));
  }

  RealClock clock_;
  RecordingPlatform platform_{clock_};
  config::GitSettings settings_;
  GitHandler handler_{platform_, settings_};
  Actor actor_{1, "ann", Role::Admin, "", ""};
  std::string tree_;
  std::string commit_;
  Oid tip_;
  int status_ = -1;
  std::string out_;
  std::string err_;
};

TEST_F(Deploying, ShowsTheDeployAndTellsItsEnd) {
  const auto answer = deploy();
  EXPECT_EQ(status_, 0);
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ok refs/heads/main"));
  EXPECT_EQ(answer.progress, "-----> Starting\n=====> done\n");
  ASSERT_EQ(platform_.requests.size(), 1U);
  const auto& request = platform_.requests[0];
  EXPECT_EQ(request.app.str(), "blog");
  EXPECT_EQ(request.commit, tip_);
  EXPECT_EQ(request.ref, "refs/heads/main");
  EXPECT_FALSE(request.no_cache || request.plan_only || request.skip_release);
  EXPECT_TRUE(platform_.repository()->is_commit(tip_));
}

TEST_F(Deploying, AsksOnceWhatToHideHoweverManyRefsAreRefused) {
  PushScript script(kChoices);
  for (int i = 0; i < 20; ++i) {
    script.command("refs/heads/other" + std::to_string(i), Oid(), tip_);
  }
  const auto answer = send(script.flush().flush().raw(pack()));
  EXPECT_EQ(answer.report.size(), 21U);
  EXPECT_EQ(platform_.masks_asked_for, 1);
}

TEST_F(Deploying, HidesWhatWasSetWhileItDeployed) {
  platform_.set_meanwhile = {{*ConfigKey::parse("PASSWORD"), Secret("hunter2hunter2")}};
  platform_.script.stage = state::DeployStage::Failed;
  platform_.script.reason = "no hunter2hunter2 here";
  // The first says something before.
  const auto answer = send(PushScript(kChoices)
                               .command("refs/heads/gone", tip_, Oid())
                               .command("refs/heads/main", Oid(), tip_)
                               .flush()
                               .flush()
                               .raw(pack()));
  EXPECT_THAT(answer.progress, HasSubstr("deleting a ref that does not exist"));
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ng refs/heads/gone atomic push failure",
                                         "ng refs/heads/main no [PASSWORD] here"));
}

TEST_F(Deploying, HandsOptionsOn) {
  deploy({"no-cache", "skip-release", "note=hot fix"});
  ASSERT_EQ(platform_.requests.size(), 1U);
  EXPECT_TRUE(platform_.requests[0].no_cache && platform_.requests[0].skip_release);
  EXPECT_EQ(platform_.requests[0].note, "hot fix");
}

TEST_F(Deploying, MakesTheAppOnlyWhenThePushDeploys) {
  const AppName blog = *AppName::parse("blog");
  const auto is_there = [&] { return platform_.app(actor_, blog).has_value(); };
  PackBuilder lacking;
  lacking.add(PackType::Commit, commit_);
  const auto answer = send(PushScript(kChoices)
                               .command("refs/heads/main", Oid(), tip_)
                               .flush()
                               .flush()
                               .raw(lacking.finish()));
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", HasSubstr("missing necessary objects")));
  EXPECT_FALSE(is_there());
  deploy({"plan"});
  EXPECT_FALSE(is_there());
  deploy({"bogus"});
  EXPECT_FALSE(is_there());
  send(PushScript().command("refs/heads/feature", Oid(), tip_).flush().raw(pack()));
  EXPECT_FALSE(is_there());
  send(PushScript().command("refs/heads/gone", tip_, Oid()).flush());
  EXPECT_FALSE(is_there());
  deploy();
  EXPECT_TRUE(is_there());
}

TEST_F(Deploying, EndsAPlanAsARefusal) {
  EXPECT_THAT(deploy({"plan"}).report, ElementsAre("unpack ok", "ng refs/heads/main plan only"));
  EXPECT_TRUE(platform_.requests.at(0).plan_only);
}

TEST_F(Deploying, RefusesUnknownOptionsByName) {
  const auto answer = deploy({"plna"});
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok", "ng refs/heads/main unknown push option 'plna'"));
  EXPECT_THAT(answer.progress, HasSubstr("-o plan, -o no-cache, -o skip-release, -o note=TEXT"));
  EXPECT_THAT(platform_.requests, IsEmpty());
}

TEST_F(Deploying, RefusesWithoutTheValuesOfConfigVars) {
  ASSERT_TRUE(platform_.create_app(actor_, *AppName::parse("blog")));
  ASSERT_TRUE(platform_.change_config(actor_, *AppName::parse("blog"),
                                      {{*ConfigKey::parse("TOKEN"), Secret("hunter2-and-more")}},
                                      {}, {}));
  const auto answer = deploy({"hunter2-and-more"});
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok", "ng refs/heads/main unknown push option '[TOKEN]'"));
  EXPECT_THAT(answer.progress, testing::Not(HasSubstr("hunter2")));
}

TEST_F(Deploying, TellsInAFewWordsWhyADeployFailed) {
  platform_.script.stage = state::DeployStage::Failed;
  platform_.script.reason = "build failed";
  EXPECT_THAT(deploy().report, ElementsAre("unpack ok", "ng refs/heads/main build failed"));
  platform_.script.stage = state::DeployStage::Superseded;
  platform_.script.reason = "";
  EXPECT_THAT(deploy().report, ElementsAre("unpack ok", "ng refs/heads/main superseded"));
}

TEST_F(Deploying, RefusesOtherBranchesAndTagsBeforeThePackIsStored) {
  const auto branch =
      send(PushScript().command("refs/heads/feature", Oid(), tip_).flush().raw(pack()));
  EXPECT_THAT(branch.report, ElementsAre("unpack ok", "ng refs/heads/feature only main deploys"));
  EXPECT_THAT(branch.progress, HasSubstr(" !     main is the branch that deploys"));
  EXPECT_THAT(branch.progress, HasSubstr("git push minpaas feature:main"));
  const auto tag = send(PushScript().command("refs/tags/v1", Oid(), tip_).flush().raw(pack()));
  EXPECT_THAT(tag.report, ElementsAre("unpack ok", "ng refs/tags/v1 tags do not deploy"));
  EXPECT_THAT(tag.progress, HasSubstr("git push minpaas v1^{commit}:refs/heads/main"));
  EXPECT_THAT(platform_.requests, IsEmpty());
  EXPECT_EQ(platform_.repository().packs(), 0);
}

TEST_F(Deploying, RefusesToWriteOrDeleteWhatFollowsTheReleases) {
  for (const std::string ref : {"refs/live", "refs/releases/v1"}) {
    for (const auto& [old_tip, new_tip] :
         {std::pair(Oid(), tip_), std::pair(tip_, Oid()), std::pair(Oid(), Oid())}) {
      PushScript script;
      script.command(ref, old_tip, new_tip).flush();
      const auto answer = send(new_tip.is_zero() ? script : script.raw(pack()));
      EXPECT_THAT(answer.report,
                  ElementsAre("unpack ok", "ng " + ref + " releases are not pushed"));
      if (ref != "refs/live") {
        EXPECT_THAT(answer.progress, HasSubstr(" !     " + ref + " follows the releases"));
        EXPECT_THAT(answer.progress, HasSubstr("rollback blog vN"));
      }
    }
  }
  EXPECT_THAT(platform_.requests, IsEmpty());
  EXPECT_EQ(platform_.repository().packs(), 0);
}

TEST_F(Deploying, ChangesNothingWhenOneRefOfThePushIsRefused) {
  PushScript script;
  script.command("refs/heads/main", Oid(), tip_).command("refs/tags/v1", Oid(), tip_);
  const auto answer = send(script.flush().raw(pack()));
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok", "ng refs/heads/main another ref of this push is refused",
                          "ng refs/tags/v1 tags do not deploy"));
  EXPECT_THAT(answer.progress, HasSubstr("git push --no-follow-tags minpaas main"));
  EXPECT_THAT(platform_.requests, IsEmpty());
}

TEST_F(Deploying, SaysLittleBeforeThePackOfAMirror) {
  PushScript script;
  for (int i = 0; i < 200; ++i) {
    script.command("refs/heads/b" + std::to_string(i), Oid(), tip_);
  }
  const auto answer = send(script.flush().raw(pack()));
  EXPECT_EQ(answer.report.size(), 201U);
  EXPECT_LE(std::count(answer.progress.begin(), answer.progress.end(), '\n'), 6);
}

TEST_F(Deploying, KeepsTheDeployBranch) {
  const auto answer = send(PushScript().command("refs/heads/main", tip_, Oid()).flush());
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok", "ng refs/heads/main the deploy branch cannot be deleted"));
  EXPECT_THAT(answer.progress, HasSubstr("apps:destroy blog --confirm blog"));
}

TEST_F(Deploying, DeletesABranchThatDeployedOnce) {
  auto& repository = platform_.repository();
  ASSERT_TRUE(repository.take(pack(), {tip_}));
  const auto old = minpaas::git::RefName::branch("old").value();
  ASSERT_TRUE(repository->update_ref({old, Oid(), tip_}));
  const auto answer = send(PushScript().command("refs/heads/old", tip_, Oid()).flush());
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ok refs/heads/old"));
  EXPECT_TRUE(repository.open().resolve(old).value().is_zero());
  const auto& row = platform_.events().rows.back();
  EXPECT_EQ(row.action + " " + row.detail + " " + row.result, "git push delete refs/heads/old ok");
  const auto again = send(PushScript().command("refs/heads/old", tip_, Oid()).flush());
  EXPECT_THAT(again.report, ElementsAre("unpack ok", "ok refs/heads/old"));
  EXPECT_THAT(again.progress, HasSubstr("does not exist"));
}

TEST_F(Deploying, RefusesAPushThatDoesNotKnowTheCurrentCommit) {
  auto& repository = platform_.repository();
  ASSERT_TRUE(repository.take(pack(), {tip_}));
  ASSERT_TRUE(repository->update_ref({minpaas::git::RefName::branch("main").value(), Oid(), tip_}));
  const auto answer = deploy();
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ng refs/heads/main fetch first"));
  EXPECT_THAT(platform_.requests, IsEmpty());
}

TEST_F(Deploying, DoesNotDeployWhatIsDeployed) {
  auto& repository = platform_.repository();
  ASSERT_TRUE(repository.take(pack(), {tip_}));
  ASSERT_TRUE(repository->update_ref({minpaas::git::RefName::branch("main").value(), Oid(), tip_}));
  const auto answer =
      send(PushScript().command("refs/heads/main", tip_, tip_).flush().raw(PackBuilder().finish()));
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ok refs/heads/main"));
  EXPECT_THAT(answer.progress, HasSubstr("ps:rebuild blog"));
  EXPECT_THAT(platform_.requests, IsEmpty());
}

TEST_F(Deploying, DetachesWhenThePusherLeaves) {
  platform_.leaves = true;
  deploy();
  EXPECT_EQ(platform_.requests.size(), 1U);
  EXPECT_TRUE(platform_.repository()->is_commit(tip_));
}

TEST_F(Deploying, TellsAboutTheServiceLayersErrors) {
  platform_.outage = Error{ErrorCode::Unavailable, "the Docker Engine does not answer",
                           "start it, then push again", "connect: refused"};
  EXPECT_EQ(refusal("git-receive-pack 'blog'"),
            "the Docker Engine does not answer; start it, then push again\n");
}

TEST_F(Deploying, TellsNotFromForbiddenApart) {
  platform_.outage = Error{ErrorCode::PermissionDenied, "ann may not push to blog", "", ""};
  const auto forbidden = refusal("git-receive-pack 'blog'");
  platform_.outage = Error{ErrorCode::NotFound, "no app blog", "", ""};
  EXPECT_EQ(refusal("git-receive-pack 'blog'"), forbidden);
  EXPECT_THAT(forbidden, HasSubstr("there is no app blog that you may push to"));
}

TEST_F(Deploying, RefusesNamesThatAreNoAppNames) {
  for (const auto* name : {"Blog", "../blog", "a/b", "blog;id", "-x", "srv/git/blog", "'"}) {
    const auto text = refusal("git-receive-pack '" + std::string(name) + "'");
    EXPECT_THAT(text, Not(HasSubstr("served"))) << name;
    EXPECT_THAT(text, Not(IsEmpty())) << name;
    EXPECT_EQ(status_, 1);
  }
}

TEST_F(Deploying, OffersNoFetchNoArchiveNoLfs) {
  EXPECT_THAT(refusal("git-upload-pack 'nobody'"), HasSubstr("no app nobody that you may fetch"));
  EXPECT_THAT(refusal("git-upload-archive 'blog'"), HasSubstr("archives are not offered"));
  EXPECT_EQ(refusal("git-lfs-authenticate blog upload"), "");
  EXPECT_THAT(err_, HasSubstr("Git LFS is not offered"));
  EXPECT_EQ(status_, 1);
}

}  // namespace
}  // namespace minpaas::sshd::git
