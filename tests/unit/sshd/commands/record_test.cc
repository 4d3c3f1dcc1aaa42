#include <fmt/format.h>
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

TEST(Record, HasNoBeginOfAProgramThatMayNotBeRun) {
  Scene scene;
  auto& rows = scene.platform.events().rows;
  rows.clear();
  scene.platform.standing_of_all().lose("it takes the right deploy, you have read");
  scene.run("run blog -- id");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_NE(rows.front().result, "begun");
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

std::string detail_of(const std::string& line, const std::string& input) {
  Scene scene;
  auto& rows = scene.platform.events().rows;
  rows.clear();
  scene.run(line, input);
  EXPECT_EQ(rows.size(), 1U) << line;
  return rows.empty() ? "" : rows.front().detail;
}

TEST(Record, HasOfWhatCameByStandardInputWhatIsNoSecret) {
  const std::string vars = "A_KEY=s3cret-a\nB_KEY=s3cret-b\n";
  EXPECT_EQ(detail_of("config:set blog -", vars), "A_KEY B_KEY");
  EXPECT_EQ(detail_of("build-secrets:set blog -", vars), "A_KEY B_KEY");
  EXPECT_EQ(detail_of("config:set blog C_KEY=-", "s3cret-c\n"), "C_KEY");
  EXPECT_EQ(detail_of("config:set blog -", vars + "no assignment"), "");
  EXPECT_THAT(detail_of("keys:add laptop", "ssh-rsa AAAA/laptop/a== ada"),
              testing::MatchesRegex("laptop SHA256:.+"));
}

/// The one row of a command, as text. What is denied is refused before anybody looks at its words.
std::string row_of(const std::string& line, AccessScope scope) {
  Scene scene;
  scene.actor.scope = std::move(scope);
  auto& rows = scene.platform.events().rows;
  rows.clear();
  scene.run(line);
  EXPECT_EQ(rows.size(), 1U) << line;
  return rows.empty() ? "" : fmt::format("{} {}", rows[0].app, rows[0].detail);
}

std::string denied_row_of(const std::string& line) {
  return row_of(line, AccessScope({*ScopeRule::parse("version")}));
}

TEST(Record, HasNoSecretThatStoodInAWrongPlaceOfADeploy) {
  for (const std::string& words : {
           std::string("--image nginx --env postgres://u:s3cret@host/db?sslmode=require"),
           std::string("--image nginx --env s3cret"),
           std::string("--image nginx --env s3cret=="),
           std::string("--repo https://host/x?access_token=s3cret"),
           std::string("--repo ftp://ada:s3cret@host/x"),
           std::string("--repo s3cret"),
           std::string("--image ada:s3cret@host/x"),
           std::string("--archive s3cret"),
           std::string("--repo https://host/x --ref s3cret"),
           std::string("--repo https://host/x --runtime s3cret"),
       }) {
    const std::string line = "deploy --app blog " + words;
    EXPECT_THAT(denied_row_of(line), testing::Not(testing::HasSubstr("s3cret"))) << line;
  }
  for (const std::string words :
       {"--image nginx --env postgres://u:s3cret@host/db?sslmode=require",
        "--repo https://host/x?access_token=s3cret", "--image ada:s3cret@host/x"}) {
    const std::string line = "deploy --app blog " + words;
    EXPECT_THAT(row_of(line, {}), testing::Not(testing::HasSubstr("s3cret"))) << line;
  }
}

TEST(Record, HasOfADeniedDeployWhatCanBeNoSecret) {
  EXPECT_EQ(denied_row_of("deploy --app blog --repo https://ada:pw@host/x --ref main --env A=pw"),
            "blog --repo https://***@host/x --ref --env A");
  EXPECT_EQ(denied_row_of("deploy --app blog --image ghcr.io/acme/blog:1.4 --env =pw"),
            "blog --image ghcr.io/acme/blog:1.4 --env");
  EXPECT_EQ(denied_row_of("deploy --app blog --archive -"), "blog --archive -");
}

TEST(Record, HasAllOfADeployThatWentWellButValues) {
  EXPECT_EQ(row_of("deploy --app blog --repo https://ada:pw@host/x --ref main --runtime node "
                   "--env A=pw --env B=",
                   {}),
            "blog --repo https://***@host/x --ref main --runtime node --env A --env B");
}

TEST(Record, HasNoSecretThatStoodInThePlaceOfAnApp) {
  EXPECT_EQ(row_of("config:set PASSWORD=s3cret A=b", {}), " A");
  EXPECT_EQ(denied_row_of("config:set PASSWORD=s3cret s3cret=="), " ");
  EXPECT_EQ(row_of("deploy --app PASSWORD=s3cret --image nginx", {}), " --image nginx");
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
