#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <set>

#include "sshd/commands/command.h"
#include "sshd/commands/command_handler.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/known_keys.h"
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

/// Named by its command, or by what git does; `releases:info --diff` is a way of a command.
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

Result<ConfigVars> read_config(Platform& platform, const Actor& actor, const AppName& app) {
  return platform.config(actor, app);
}

Result<DeployOutcome> change_config(Platform& platform, const Actor& actor, const AppName& app) {
  return platform.change_config(actor, app, {}, {}, {});
}

/// Follows without a look.
Follow nobody() {
  return {.line = [](std::string_view) { return true; }, .tick = [] {}, .gone = {}};
}

/// Of a storage that the app has.
Answer remove_storage(DeployBed& bed, const Actor& actor, const AppName& app) {
  hooks::Storage& storage = bed.platform().storage();
  static_cast<void>(storage.mount(bed.admin, app, *StorageMount::parse("data:/data"), nobody()));
  const auto rows = storage.of_app(bed.admin, app);
  const auto removed = storage.remove(actor, rows->front().volume);
  return !removed && is_hidden(removed.error()) ? Answer::NoSuchApp : answer_of(removed, app);
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
      verb("apps:info", kRead, [](P& p, const A& a, const N& n) { return p.app(a, n); }),
      verb("ps", kRead, [](P& p, const A& a, const N& n) { return p.processes(a, n); }),
      verb("releases", kRead, [](P& p, const A& a, const N& n) { return p.releases(a, n, 1); }),
      verb("releases:info", kRead,
           [](P& p, const A& a, const N& n) { return p.release(a, n, ReleaseNumber(1)); }),
      verb("releases:info --diff", kRead,
           [](P& p, const A& a, const N& n) {
             return p.compare_releases(a, n, ReleaseNumber(1), ReleaseNumber(1));
           }),
      verb("builds", kRead,
           [](P& p, const A& a, const N& n) { return p.builds(a, n, BuildsScope::Builds, 1); }),
      verb("builds:output", kRead,
           [](P& p, const A& a, const N& n) { return p.build_output(a, n, 1, {}); }),
      verb("logs", kRead, [](P& p, const A& a, const N& n) { return p.logs(a, n, {}, {}, {}); }),
      verb("events", kRead,
           [](P& p, const A& a, const N& n) {
             return p.events().read(a, {.app = n}, [](const auto&) { return true; }, {});
           }),
      verb("git fetch", kRead, [](P& p, const A& a, const N& n) { return p.open_for_fetch(a, n); }),
      verb("certs", kRead,
           [](P& p, const A& a, const N& n) { return p.certificates().list(a, n); }),
      verb("domains", kRead, [](P& p, const A& a, const N& n) { return p.domains().list(a, n); }),
      verb("resources", kRead,
           [](P& p, const A& a, const N& n) { return p.resources().report(a, n); }),
      verb("access", kRead, [](P& p, const A& a, const N& n) { return p.people().access(a, n); }),
      verb("cron", kRead, [](P& p, const A& a, const N& n) { return p.cron().list(a, n); }),
      verb("cron:history", kRead,
           [](P& p, const A& a, const N& n) { return p.cron().history(a, n, std::nullopt, 1); }),
      verb("storage", kRead, [](P& p, const A& a, const N& n) { return p.storage().of_app(a, n); }),
      verb("checks", kRead, [](P& p, const A& a, const N& n) { return p.checks().report(a, n); }),
      verb("checks:set", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.checks().set(a, n, ProcessType::web(), {});
           }),
      verb("cron:run", kDeploy, run_cron),
      verb("maintenance:on", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.maintenance().set(a, n, router::Shown::Page);
           }),
      verb("maintenance:off", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.maintenance().set(a, n, router::Shown::App);
           }),
      verb("build-secrets", kDeploy,
           [](P& p, const A& a, const N& n) { return p.build_secrets().list(a, n); }),
      verb("build-secrets:set", kDeploy,
           [](P& p, const A& a, const N& n) { return p.build_secrets().set(a, n, {}); }),
      verb("build-secrets:unset", kDeploy,
           [](P& p, const A& a, const N& n) { return p.build_secrets().unset(a, n, {}); }),
      verb("config", kDeploy, read_config),
      verb("config:get", kDeploy, read_config),
      verb("config:export", kDeploy, read_config),
      verb("config:set", kDeploy, change_config),
      verb("config:unset", kDeploy, change_config),
      verb("apps:set", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.set_app(a, n, {{"no_such_setting", ""}});
           }),
      verb("git push", kDeploy, [](P& p, const A& a, const N& n) { return p.open_for_push(a, n); }),
      verb("git push, received", kDeploy,
           [](P& p, const A& a, const N& n) { return p.push(a, push_of_other_branch(n), {}); }),
      verb("deploy --archive", kDeploy,
           [](P& p, const A& a, const N& n) {
             test::MemoryReader empty("");
             return p.sources().deploy_archive(a, n, empty, {}, nobody());
           }),
      verb("deploy --repo", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.sources().deploy_repository(a, n, "no URL", {}, {}, nobody());
           }),
      verb("deploy-key", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.sources().deploy_key(a, n, DeployKeyChange::None);
           }),
      verb("deploy --image", kDeploy,
           [](P& p, const A& a, const N& n) {
             return p.sources().deploy_image(a, n, *ImageReference::parse("none"), {.runtime = "x"},
                                             nobody());
           }),
      verb("ps:rebuild", kDeploy,
           [](P& p, const A& a, const N& n) { return p.rebuild(a, n, false, {}); }),
      verb("ps:restart", kDeploy,
           [](P& p, const A& a, const N& n) { return p.restart(a, n, std::nullopt, {}); }),
      verb("ps:stop", kDeploy, [](P& p, const A& a, const N& n) { return p.stop(a, n, {}); }),
      verb("ps:start", kDeploy, [](P& p, const A& a, const N& n) { return p.start(a, n, {}); }),
      verb("ps:scale", kDeploy, [](P& p, const A& a, const N& n) { return p.scale(a, n, {}, {}); }),
      verb("rollback", kDeploy,
           [](P& p, const A& a, const N& n) { return p.rollback(a, n, std::nullopt, {}); }),
      verb("builds:cancel", kDeploy,
           [](P& p, const A& a, const N& n) { return p.cancel_builds(a, n); }),
      verb("run", kDeploy, run_program),
      verb("exec", kDeploy, exec_program),
      verb("access:grant", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.people().grant(a, n, "nobody", AppRight::Read);
           }),
      verb("access:revoke", kAdmin,
           [](P& p, const A& a, const N& n) { return p.people().revoke(a, n, "nobody"); }),
      verb("resources:set", kAdmin,
           [](P& p, const A& a, const N& n) { return p.resources().set(a, n, std::nullopt, {}); }),
      verb("certs:add", kAdmin,
           [](P& p, const A& a, const N& n) { return p.certificates().add(a, n, Secret("")); }),
      verb(
          "certs:remove", kAdmin,
          [](P& p, const A& a, const N& n) { return p.certificates().remove(a, n, std::nullopt); }),
      verb("certs:auto", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.certificates().set_automatic(a, n, Automatic::Off, {});
           }),
      verb("storage:mount", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.storage().mount(a, n, *StorageMount::parse("data:/data"),
                                      test::Watcher().follow());
           }),
      Verb{"storage:remove", kAdmin, remove_storage},
      verb("storage:unmount", kAdmin,
           [](P& p, const A& a, const N& n) {
             return p.storage().unmount(a, n, *StorageName::parse("data"),
                                        test::Watcher().follow());
           }),
      verb("domains:add", kAdmin,
           [](P& p, const A& a, const N& n) { return p.domains().add(a, n, {}); }),
      verb("domains:remove", kAdmin,
           [](P& p, const A& a, const N& n) { return p.domains().remove(a, n, {}); }),
      verb("apps:unlock", kAdmin, [](P& p, const A& a, const N& n) { return p.unlock(a, n); }),
      verb("apps:lock", kAdmin, [](P& p, const A& a, const N& n) { return p.lock(a, n); }),
      verb("apps:unlock, locked", kAdmin,
           [](P& p, const A& a, const N& n) { return p.unlock(a, n); }),
      verb("apps:rename", kAdmin,
           [](P& p, const A& a, const N& n) {
             // To a name that is taken: the verbs behind it find the app.
             return p.rename_app(a, n, *AppName::parse("other"));
           }),
      // The last one: there is no app afterwards.
      verb("apps:destroy", kAdmin,
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

bool concerns_one_app(const sshd::commands::Command& command) {
  const auto is_app = [](std::string_view word) { return word == "APP" || word == "VOLUME"; };
  return std::ranges::any_of(command.operands, is_app, &sshd::commands::Operand::name) ||
         std::ranges::any_of(command.options, is_app, &sshd::commands::Option::value);
}

TEST(AccessVerbs, AreAllCommandsThatConcernOneApp) {
  // One that makes its app is in WhoeverMakesAnAppAdministersIt.
  std::set<std::string_view> expected{"git"};
  for (const auto& command : sshd::commands::command_table()) {
    if (concerns_one_app(command) && command.verb != "apps:create") {
      expected.insert(command.verb);
    }
  }
  std::set<std::string_view> tried;
  std::set<std::string_view> rows;
  for (const Verb& verb : verbs()) {
    tried.insert(verb.name.substr(0, verb.name.find_first_of(" ,")));
    EXPECT_TRUE(rows.insert(verb.name).second) << verb.name << " is there twice";
  }
  EXPECT_EQ(tried, expected);
}

TEST(AccessVerbs, TakeWhatTheTableOfCommandsSays) {
  for (const Verb& verb : verbs()) {
    const std::string_view name = verb.name.substr(0, verb.name.find_first_of(" ,"));
    if (name == "git") {
      continue;
    }
    const auto* command = sshd::commands::find_command(name);
    ASSERT_NE(command, nullptr) << verb.name;
    EXPECT_EQ(minpaas::to_string(command->needs), minpaas::to_string(verb.needed)) << verb.name;
  }
}

/// A command that concerns no one app, as it is typed, and the status with which it ends for each
/// role. The rows are run from the first to the last.
struct ServerRow {
  std::string line;
  int administrator;
  int member;
  std::string input = {};

  [[nodiscard]] std::string verb() const { return line.substr(0, line.find(' ')); }
};

std::vector<ServerRow> server_rows() {
  const std::string key = test::kEd25519.line;
  const std::string fingerprint = test::kEd25519.fingerprint;
  return {
      {"help", 0, 0},
      {"version", 0, 0},
      {"apps", 0, 0},
      {"apps:create made", 0, 0},
      {"storage", 0, 0},
      {"users", 0, 4},
      {"users:add eve", 0, 4},
      {"users:set bob --role member", 0, 4},
      {"users:remove eve", 0, 4},
      {"keys", 0, 0},
      {"keys:add mine", 0, 0, key},
      {"keys:add theirs --user ada", 3, 4, key},
      {"keys:add theirs --role member", 5, 4, key},
      {"keys:remove " + fingerprint, 5, 0},
      {"keys:remove SHA256:of-nobody", 3, 3},
      {"tokens", 0, 0},
      {"tokens:create t", 0, 0},
      {"tokens:revoke t", 0, 0},
      {"tokens:revoke t --user carol", 3, 4},
      {"events", 0, 4},
      {"events:verify", 0, 4},
      {"doctor", 0, 4},
      // Whoever has a key has nothing to claim.
      {"claim 0000-0000-0000-0000", 5, 5},
  };
}

int status_of(DeployBed& bed, const Actor& actor, const ServerRow& row) {
  test::MemoryReader in(row.input);
  test::MemoryWriter out;
  ExecStreams streams{in, out, out, {}};
  sshd::commands::CommandHandler handler(bed.platform(), bed.clock);
  return handler.run(
      {.actor = actor, .command = row.line, .env = {}, .window = {}, .terminal_type = {}}, streams);
}

TEST_F(Access, MembersMayDoToTheServerWhatTheTableSays) {
  for (const ServerRow& row : server_rows()) {
    EXPECT_EQ(status_of(bed_, member_, row), row.member) << row.line;
  }
}

TEST_F(Access, AdministratorsMayDoToTheServerWhatTheTableSays) {
  for (const ServerRow& row : server_rows()) {
    EXPECT_EQ(status_of(bed_, bed_.admin, row), row.administrator) << row.line;
  }
}

TEST_F(Access, StrangersMayDoNothing) {
  Actor stranger = bed_.admin;
  stranger.role = Role::Stranger;
  for (const auto& command : sshd::commands::command_table()) {
    const std::string line = fmt::format("{} {}", command.verb, command.example);
    EXPECT_EQ(status_of(bed_, stranger, {line.substr(0, line.find_first_of("<>")), 4, 4}), 4)
        << line;
  }
}

TEST(AccessVerbs, AreAllCommandsThatConcernTheServerToo) {
  std::set<std::string_view> missing;
  for (const auto& command : sshd::commands::command_table()) {
    missing.insert(command.verb);
  }
  for (const Verb& verb : verbs()) {
    const std::string_view name = verb.name.substr(0, verb.name.find_first_of(" ,"));
    // Without an app these two are about the server.
    if (name != "events" && name != "storage") {
      missing.erase(name);
    }
  }
  for (const ServerRow& row : server_rows()) {
    const auto* command = sshd::commands::find_command(row.verb());
    ASSERT_NE(command, nullptr) << row.line;
    missing.erase(command->verb);
  }
  EXPECT_THAT(missing, IsEmpty());
}

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
  EXPECT_EQ(platform.events().verify(member_).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(platform.events().read(member_, {}, [](const auto&) { return true; }, {}).error().code,
            ErrorCode::PermissionDenied);
  EXPECT_EQ(platform.doctor(member_).error().code, ErrorCode::PermissionDenied);
}

}  // namespace
}  // namespace minpaas::hooks
