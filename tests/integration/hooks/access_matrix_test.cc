#include <gmock/gmock.h>

#include <functional>

#include "tests/support/deploy_bed.h"
#include "tests/support/memory_streams.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;
using test::Watcher;
using testing::ElementsAre;
using testing::IsEmpty;

/// What an attempt comes to, as far as rights go.
enum class Answer { Allowed, Forbidden, NoSuchApp };

std::string_view to_string(Answer answer) {
  switch (answer) {
    case Answer::Allowed:
      return "allowed";
    case Answer::Forbidden:
      return "forbidden";
    case Answer::NoSuchApp:
      return "no such app";
  }
  return "";
}

template <typename T>
Answer answer_of(const Result<T>& result, const AppName& app) {
  if (result) {
    return Answer::Allowed;
  }
  const Error& error = result.error();
  if (error.code == ErrorCode::PermissionDenied) {
    return Answer::Forbidden;
  }
  const bool hidden =
      error.code == ErrorCode::NotFound && error.message == "there is no app " + app.str();
  // Whatever else is wrong with the request was found out by one who may ask.
  return hidden ? Answer::NoSuchApp : Answer::Allowed;
}

struct Verb {
  std::string_view name;
  AppRight needed;
  std::function<Answer(DeployBed&, const Actor&, const AppName&)> attempt;
};

template <typename Attempt>
Verb verb(std::string_view name, AppRight needed, Attempt attempt) {
  return {name, needed, [attempt](DeployBed& bed, const Actor& actor, const AppName& app) {
            return answer_of(attempt(bed.platform(), actor, app), app);
          }};
}

Result<ProgramOutcome> run_program(Platform& platform, const Actor& actor, const AppName& app) {
  test::MemoryReader in("");
  test::MemoryWriter out;
  ExecStreams peer{in, out, out, {}};
  return platform.run(actor, app, {.words = {"copy"}}, peer);
}

Result<ProgramOutcome> exec_program(Platform& platform, const Actor& actor, const AppName& app) {
  test::MemoryReader in("");
  test::MemoryWriter out;
  ExecStreams peer{in, out, out, {}};
  return platform.exec(actor, app, ProcessType::web(), 1, {.words = {"copy"}}, peer);
}

Result<ProgramOutcome> run_cron(Platform& platform, const Actor& actor, const AppName& app) {
  test::MemoryReader in("");
  test::MemoryWriter out;
  ExecStreams peer{in, out, out, {}};
  return platform.cron().run(actor, app, "0123abcd", peer);
}

/// Follows without a look.
Follow nobody() {
  return {.line = [](std::string_view) { return true; }, .tick = [] {}, .gone = {}};
}

PushRequest push_of_other_branch(const AppName& app) {
  return {.app = app, .commit = Oid(), .ref = "refs/heads/other", .old_oid = Oid(), .note = ""};
}

using P = Platform;
using A = Actor;
using N = AppName;

/// Everything that concerns one app.
std::vector<Verb> verbs() {
  constexpr auto kRead = AppRight::Read;
  constexpr auto kDeploy = AppRight::Deploy;
  constexpr auto kAdmin = AppRight::Admin;
  return {
      verb("app", kRead, [](P& p, const A& a, const N& n) { return p.app(a, n); }),
      verb("processes", kRead, [](P& p, const A& a, const N& n) { return p.processes(a, n); }),
      verb("releases", kRead, [](P& p, const A& a, const N& n) { return p.releases(a, n, 1); }),
      verb("release", kRead,
           [](P& p, const A& a, const N& n) { return p.release(a, n, ReleaseNumber(1)); }),
      verb("compare_releases", kRead,
           [](P& p, const A& a, const N& n) {
             return p.compare_releases(a, n, ReleaseNumber(1), ReleaseNumber(1));
           }),
      verb("builds", kRead,
           [](P& p, const A& a, const N& n) { return p.builds(a, n, BuildsScope::Builds, 1); }),
      verb("build_output", kRead,
           [](P& p, const A& a, const N& n) { return p.build_output(a, n, 1, {}); }),
      verb("logs", kRead, [](P& p, const A& a, const N& n) { return p.logs(a, n, {}, {}, {}); }),
      verb("open_for_fetch", kRead,
           [](P& p, const A& a, const N& n) { return p.open_for_fetch(a, n); }),
      verb("certificates", kRead,
           [](P& p, const A& a, const N& n) { return p.certificates().list(a, n); }),
      verb("domains", kRead, [](P& p, const A& a, const N& n) { return p.domains().list(a, n); }),
      verb("resources", kRead,
           [](P& p, const A& a, const N& n) { return p.resources().report(a, n); }),
      verb("access", kRead, [](P& p, const A& a, const N& n) { return p.people().access(a, n); }),
      verb("cron", kRead, [](P& p, const A& a, const N& n) { return p.cron().list(a, n); }),
      verb("cron_history", kRead,
           [](P& p, const A& a, const N& n) { return p.cron().history(a, n, std::nullopt, 1); }),
      verb("storage", kRead, [](P& p, const A& a, const N& n) { return p.storage().of_app(a, n); }),
      verb("checks", kRead, [](P& p, const A& a, const N& n) { return p.checks().report(a, n); }),
      verb("set_checks", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.checks().set(a, n, ProcessType::web(), {});
           }),
      verb("run_cron", kDeploy, run_cron),
      verb("maintenance", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.maintenance().set(a, n, router::Shown::App);
           }),
      verb("build_secrets", kDeploy,
           [](P& p, const A& a, const N& n) { return p.build_secrets().list(a, n); }),
      verb("set_build_secrets", kDeploy,
           [](P& p, const A& a, const N& n) { return p.build_secrets().set(a, n, {}); }),
      verb("unset_build_secrets", kDeploy,
           [](P& p, const A& a, const N& n) { return p.build_secrets().unset(a, n, {}); }),
      verb("config", kDeploy, [](P& p, const A& a, const N& n) { return p.config(a, n); }),
      verb("change_config", kDeploy,
           [](P& p, const A& a, const N& n) { return p.change_config(a, n, {}, {}, {}); }),
      verb("set_app", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.set_app(a, n, {{"no_such_setting", ""}});
           }),
      verb("open_for_push", kDeploy,
           [](P& p, const A& a, const N& n) { return p.open_for_push(a, n); }),
      verb("push", kDeploy,
           [](P& p, const A& a, const N& n) { return p.push(a, push_of_other_branch(n), {}); }),
      verb("deploy_archive", kDeploy,
           [](P& p, const A& a, const N& n) {
             test::MemoryReader empty("");
             return p.sources().deploy_archive(a, n, empty, {}, nobody());
           }),
      verb("deploy_repository", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.sources().deploy_repository(a, n, "no URL", {}, {}, nobody());
           }),
      verb("deploy_key", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.sources().deploy_key(a, n, DeployKeyChange::None);
           }),
      verb("deploy_image", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.sources().deploy_image(a, n, *ImageReference::parse("none"), {.runtime = "x"},
                                             nobody());
           }),
      verb("rebuild", kDeploy,
           [](P& p, const A& a, const N& n) { return p.rebuild(a, n, false, {}); }),
      verb("restart", kDeploy,
           [](P& p, const A& a, const N& n) { return p.restart(a, n, std::nullopt, {}); }),
      verb("stop", kDeploy, [](P& p, const A& a, const N& n) { return p.stop(a, n, {}); }),
      verb("start", kDeploy, [](P& p, const A& a, const N& n) { return p.start(a, n, {}); }),
      verb("scale", kDeploy, [](P& p, const A& a, const N& n) { return p.scale(a, n, {}, {}); }),
      verb("rollback", kDeploy,
           [](P& p, const A& a, const N& n) { return p.rollback(a, n, std::nullopt, {}); }),
      verb("cancel_builds", kDeploy,
           [](P& p, const A& a, const N& n) { return p.cancel_builds(a, n); }),
      verb("run", kDeploy, run_program),
      verb("exec", kDeploy, exec_program),
      verb("grant", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.people().grant(a, n, "nobody", AppRight::Read);
           }),
      verb("revoke", kAdmin,
           [](P& p, const A& a, const N& n) { return p.people().revoke(a, n, "nobody"); }),
      verb("set_resources", kAdmin,
           [](P& p, const A& a, const N& n) { return p.resources().set(a, n, std::nullopt, {}); }),
      verb("add_certificate", kAdmin,
           [](P& p, const A& a, const N& n) { return p.certificates().add(a, n, Secret("")); }),
      verb(
          "remove_certificate", kAdmin,
          [](P& p, const A& a, const N& n) { return p.certificates().remove(a, n, std::nullopt); }),
      verb("automatic_certificates", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.certificates().set_automatic(a, n, Automatic::Off, {});
           }),
      verb("mount_storage", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.storage().mount(a, n, *StorageMount::parse("data:/data"),
                                      test::Watcher().follow());
           }),
      verb("unmount_storage", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.storage().unmount(a, n, *StorageName::parse("data"),
                                        test::Watcher().follow());
           }),
      verb("maintenance", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.maintenance().set(a, n, router::Shown::App);
           }),
      verb("add_domain", kAdmin,
           [](P& p, const A& a, const N& n) { return p.domains().add(a, n, {}); }),
      verb("remove_domain", kAdmin,
           [](P& p, const A& a, const N& n) { return p.domains().remove(a, n, {}); }),
      verb("add_domain", kAdmin,
           [](P& p, const A& a, const N& n) { return p.domains().add(a, n, {}); }),
      verb("remove_domain", kAdmin,
           [](P& p, const A& a, const N& n) { return p.domains().remove(a, n, {}); }),
      verb("mount_storage", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.storage().mount(a, n, *StorageMount::parse("data:/data"), nobody());
           }),
      verb("unmount_storage", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.storage().unmount(a, n, *StorageName::parse("none"), nobody());
           }),
      verb("unlock", kAdmin, [](P& p, const A& a, const N& n) { return p.unlock(a, n); }),
      verb("lock", kAdmin, [](P& p, const A& a, const N& n) { return p.lock(a, n); }),
      verb("unlock again", kAdmin, [](P& p, const A& a, const N& n) { return p.unlock(a, n); }),
      verb("rename_app", kAdmin,
           [](P& p, const A& a, const N& n) {
             // To a name that is taken: the verbs behind it find the app.
             return p.rename_app(a, n, *AppName::parse("other"));
           }),
      // The last one: there is no app afterwards.
      verb("destroy_app", kAdmin,
           [](P& p, const A& a, const N& n) { return p.destroy_app(a, n, false); }),
  };
}

struct Holder {
  std::string name;
  std::optional<AppRight> right;
};

class Access : public testing::Test {
 protected:
  Access() {
    bed_.start_queue();
    const auto row = bed_.server().users.add("bob", Role::Member, bed_.clock.now());
    EXPECT_TRUE(row);
    member_ = {row->id, "bob", Role::Member, "SHA256:b", ""};
  }

  void grant(const AppName& app, AppRight right) {
    EXPECT_TRUE(bed_.server().grants.put(app, {"bob", right, "ada", bed_.clock.now()}));
  }

  DeployBed bed_;
  Actor member_;
  AppName app_ = bed_.make_app("blog");
  AppName other_ = bed_.make_app("other");
};

class AccessMatrix : public Access, public testing::WithParamInterface<Holder> {};

TEST_P(AccessMatrix, GivesWhatTheRightSaysAndNothingElse) {
  const auto& right = GetParam().right;
  if (right) {
    grant(app_, *right);
  }
  for (const Verb& verb : verbs()) {
    const Answer expected = !right                  ? Answer::NoSuchApp
                            : *right >= verb.needed ? Answer::Allowed
                                                    : Answer::Forbidden;
    EXPECT_EQ(to_string(verb.attempt(bed_, member_, app_)), to_string(expected)) << verb.name;
    EXPECT_EQ(to_string(verb.attempt(bed_, member_, other_)), to_string(Answer::NoSuchApp))
        << verb.name << " of another's app";
  }
  EXPECT_TRUE(bed_.server().apps.get(other_));
  EXPECT_EQ(bed_.server().apps.get(app_).has_value(), right != AppRight::Admin);
}

INSTANTIATE_TEST_SUITE_P(Members, AccessMatrix,
                         testing::Values(Holder{"Nothing", std::nullopt},
                                         Holder{"Read", AppRight::Read},
                                         Holder{"Deploy", AppRight::Deploy},
                                         Holder{"Admin", AppRight::Admin}),
                         [](const auto& of) { return of.param.name; });

TEST_F(Access, AdministratorsMayDoAll) {
  for (const Verb& verb : verbs()) {
    EXPECT_EQ(to_string(verb.attempt(bed_, bed_.admin, app_)), "allowed") << verb.name;
  }
}

TEST_F(Access, WhatIsHiddenLooksLikeWhatIsNotThere) {
  const AppName none = *AppName::parse("other2");
  const auto hidden = bed_.platform().app(member_, other_).error();
  const auto missing = bed_.platform().app(member_, none).error();
  EXPECT_EQ(hidden.code, missing.code);
  EXPECT_EQ(hidden.hint, missing.hint);
  EXPECT_EQ(hidden.message + "2", missing.message);
}

TEST_F(Access, ListsOnlyWhatMayBeSeen) {
  EXPECT_THAT(*bed_.platform().apps(member_), IsEmpty());
  grant(app_, AppRight::Read);
  const auto apps = bed_.platform().apps(member_);
  ASSERT_EQ(apps->size(), 1U);
  EXPECT_EQ(apps->front().name, app_);
}

TEST_F(Access, WhoeverMakesAnAppAdministersIt) {
  const AppName shop = *AppName::parse("shop");
  ASSERT_TRUE(bed_.platform().create_app(member_, shop));
  EXPECT_TRUE(bed_.platform().destroy_app(member_, shop, false));
}

TEST_F(Access, MembersMakeNoAppsWhenThatIsOff) {
  bed_.settings.apps.members_create = false;
  const AppName shop = *AppName::parse("shop");
  EXPECT_EQ(bed_.platform().create_app(member_, shop).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(bed_.platform().open_for_push(member_, shop).error().code, ErrorCode::NotFound);
  bed_.settings.apps.members_create = true;
  EXPECT_TRUE(bed_.platform().open_for_push(member_, shop));
}

TEST_F(Access, WhatConcernsTheServerIsForAdministrators) {
  auto& platform = bed_.platform();
  auto& people = platform.people();
  EXPECT_EQ(people.users(member_).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(people.add_user(member_, "eve", Role::Admin).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(people.set_role(member_, "bob", Role::Admin).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(people.remove_user(member_, "bob").error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(platform.doctor(member_).error().code, ErrorCode::PermissionDenied);
}

}  // namespace
}  // namespace minpaas::hooks
