#include <gmock/gmock.h>

#include <set>

#include "tests/unit/sshd/commands/examples.h"

namespace minpaas::sshd::commands::test {
namespace {

/// All others change something. A new command must be on one of the two sides.
const std::set<std::string_view> kReading{
    "help",          "version",       "apps",          "apps:info", "config",        "config:get",
    "config:export", "build-secrets", "logs",          "ps",        "resources",     "checks",
    "storage",       "cron",          "cron:history",  "releases",  "releases:info", "builds",
    "builds:output", "domains",       "certs",         "users",     "access",        "keys",
    "tokens",        "events",        "events:verify", "doctor"};

const std::set<std::string_view> kChanging{"apps:create",
                                           "apps:set",
                                           "apps:rename",
                                           "apps:lock",
                                           "apps:unlock",
                                           "apps:destroy",
                                           "deploy",
                                           "deploy-key",
                                           "config:set",
                                           "config:unset",
                                           "build-secrets:set",
                                           "build-secrets:unset",
                                           "ps:restart",
                                           "ps:scale",
                                           "ps:stop",
                                           "ps:start",
                                           "ps:rebuild",
                                           "run",
                                           "exec",
                                           "resources:set",
                                           "checks:set",
                                           "storage:mount",
                                           "storage:unmount",
                                           "storage:remove",
                                           "cron:run",
                                           "rollback",
                                           "builds:cancel",
                                           "domains:add",
                                           "domains:remove",
                                           "maintenance:on",
                                           "maintenance:off",
                                           "certs:add",
                                           "certs:remove",
                                           "certs:auto",
                                           "users:add",
                                           "users:set",
                                           "users:remove",
                                           "access:grant",
                                           "access:revoke",
                                           "keys:add",
                                           "keys:remove",
                                           "tokens:create",
                                           "tokens:revoke",
                                           "claim"};

/// Rows of the command itself, without those of what made it ready.
std::vector<hooks::Deed> recorded(const Command& command) {
  Scene scene;
  const auto [line, input] = working_example_of(command, scene);
  auto& rows = scene.platform.events().rows;
  rows.clear();
  scene.run(line, input);
  std::vector<hooks::Deed> deeds;
  for (const auto& row : rows) {
    deeds.push_back({row.app, row.action, row.detail, row.result});
  }
  return deeds;
}

TEST(Record, KnowsOfEveryCommandWhetherItChangesSomething) {
  for (const Command& command : command_table()) {
    EXPECT_EQ(kReading.count(command.verb) + kChanging.count(command.verb), 1U) << command.verb;
    EXPECT_EQ(command.only_reads, kReading.contains(command.verb)) << command.verb;
  }
  EXPECT_EQ(kReading.size() + kChanging.size(), command_table().size());
}

TEST(Record, HasNothingOfCommandsThatOnlyRead) {
  for (const std::string_view verb : kReading) {
    EXPECT_TRUE(recorded(*find_command(verb)).empty()) << verb;
  }
}

TEST(Record, HasOneRowOfEachChangeAndTwoOfAProgram) {
  for (const std::string_view verb : kChanging) {
    const Command& command = *find_command(verb);
    const auto rows = recorded(command);
    ASSERT_EQ(rows.size(), command.starts_program ? 2U : 1U) << verb;
    EXPECT_EQ(rows.back().action, verb);
    if (command.starts_program) {
      EXPECT_EQ(rows.front().result, "begun") << verb;
    }
    // What the fakes do not have: a build to cancel, programs to run.
    const bool may_fail = verb == "builds:cancel" || command.starts_program;
    EXPECT_TRUE(rows.back().result == "ok" || (may_fail && rows.back().result == "failed"))
        << verb << " " << rows.back().result;
  }
}

TEST(Record, SaysFromWhereADeployThatWasDeniedWantedItsCode) {
  Scene scene;
  scene.actor.scope = AccessScope({*ScopeRule::parse("version")});
  auto& rows = scene.platform.events().rows;
  rows.clear();
  EXPECT_EQ(scene.run("deploy --app blog --repo https://ada:pw@example.com/x.git").status, 4);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows.front().detail, testing::HasSubstr("example.com/x.git"));
  EXPECT_THAT(rows.front().detail, testing::Not(testing::HasSubstr("pw")));
}

TEST(Record, HasWhatWasDeniedOfReadingCommandsToo) {
  for (const Command& command : command_table()) {
    Scene scene;
    const auto [line, input] = working_example_of(command, scene);
    scene.actor.role = Role::Admin;
    scene.actor.scope = AccessScope({*ScopeRule::parse("nothing")});
    auto& rows = scene.platform.events().rows;
    rows.clear();
    EXPECT_EQ(scene.run(line, input).status, 4) << command.verb;
    ASSERT_EQ(rows.size(), 1U) << command.verb;
    EXPECT_EQ(rows.front().action, command.verb);
    EXPECT_EQ(rows.front().result, "denied") << command.verb;
  }
}

}  // namespace
}  // namespace minpaas::sshd::commands::test
