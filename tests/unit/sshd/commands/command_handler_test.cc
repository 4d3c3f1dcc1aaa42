#include "sshd/commands/command_handler.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/sshd/commands/scene.h"

namespace minpaas::sshd::commands::test {
namespace {

using state::DeployStage;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(Commands, GreetWhoeverAsksForAShell) {
  Scene scene;
  const Said said = scene.run("");
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, StartsWith("Hello ada, this is MinPaas "));
  EXPECT_THAT(said.out, HasSubstr("config:set APP KEY=VALUE..."));
}

TEST(Commands, NeverSendAnActorsNameAsAnEscapeSequence) {
  Scene scene;
  scene.actor.name = "a\x1b[2Jda\n";
  EXPECT_THAT(scene.run("").out, StartsWith("Hello a\\x1b[2Jda\\n, this"));
}

TEST(Commands, EscapeControlCharactersInTables) {
  Scene scene;
  scene.platform.findings = {{"x\x1b]0;t\x07", hooks::CheckLevel::Ok, "two\nlines\xc2\x9b", ""}};
  EXPECT_THAT(scene.run("doctor").out, StartsWith("ok  x\\x1b]0;t\\x07  two\\nlines\n"));
}

TEST(Commands, EndWithTheStatusOfTheError) {
  const std::pair<ErrorCode, int> statuses[] = {
      {ErrorCode::InvalidInput, 2},  {ErrorCode::NotFound, 3},    {ErrorCode::PermissionDenied, 4},
      {ErrorCode::AlreadyExists, 5}, {ErrorCode::Conflict, 5},    {ErrorCode::Busy, 5},
      {ErrorCode::Timeout, 124},     {ErrorCode::Cancelled, 130}, {ErrorCode::Unavailable, 1},
      {ErrorCode::NoSpace, 1},       {ErrorCode::Corrupt, 1},     {ErrorCode::Failed, 1},
      {ErrorCode::Internal, 1}};
  for (const auto& [code, status] : statuses) {
    Scene scene;
    scene.platform.outage = Error{code, "it went wrong", "", "for the log only"};
    const Said said = scene.run("apps");
    EXPECT_EQ(said.status, status) << to_string(code);
    EXPECT_EQ(said.err, "error: it went wrong\n");
  }
}

TEST(Commands, EndWhenTheActorMayNoLonger) {
  for (const char* line : {"logs blog -f", "logs blog -f --json"}) {
    Scene scene;
    scene.platform.standing_of_all().lose("the key of ada was removed");
    const Said said = scene.run(line);
    EXPECT_EQ(said.status, 4) << line;
    EXPECT_THAT(said.err, HasSubstr("the key of ada was removed"));
    ASSERT_FALSE(scene.platform.events().rows.empty());
    EXPECT_EQ(scene.platform.events().rows.back().result, "cut");
  }
}

TEST(Commands, RefuseAMemberWhatIsForAdministrators) {
  Scene scene;
  scene.actor.role = Role::Member;
  for (const char* line : {"keys", "keys:remove X", "doctor"}) {
    EXPECT_EQ(scene.run(line).status, 4) << line;
  }
}

TEST(Commands, SurviveAPeerThatIsGone) {
  Scene scene;
  scene.out.broken = true;
  scene.err.broken = true;
  for (const char* line :
       {"", "apps", "logs blog", "builds:output blog", "nonsense", "ps:restart blog"}) {
    scene.run(line);
  }
  EXPECT_THAT(scene.run("releases blog --json").out, IsEmpty());
}

struct Ending {
  DeployStage stage;
  int status;
  const char* words;
};

const Ending kEndings[] = {
    {DeployStage::Failed, 1, "failed: the web process is not healthy"},
    {DeployStage::Cancelled, 130, "was cancelled: the web process is not healthy"},
    {DeployStage::Superseded, 5, "gave way to a newer one"}};

TEST(Deploys, TellHowTheyEnded) {
  for (const auto& [stage, status, words] : kEndings) {
    for (const char* line : {"config:set blog A=1", "ps:restart blog", "ps:rebuild blog"}) {
      Scene scene;
      scene.platform.script = {stage, "the web process is not healthy", {" !     it broke"}};
      const Said said = scene.run(line);
      EXPECT_EQ(said.status, status) << line;
      EXPECT_THAT(said.err, StartsWith(" !     it broke\nerror: the "));
      EXPECT_THAT(said.err, HasSubstr(words)) << line;
      EXPECT_THAT(said.err, HasSubstr("old release goes on serving")) << line;
      const Said as_json = scene.run(std::string(line) + " --json");
      EXPECT_EQ(as_json.status, status) << line;
      EXPECT_THAT(as_json.out, IsEmpty());
      EXPECT_TRUE(nlohmann::json::accept(as_json.err)) << as_json.err;
    }
  }
}

TEST(Deploys, OfAnImageThatCannotBeHadSayWhyWithTheirStatus) {
  for (const auto& [failure, status] :
       {std::pair(ErrorCode::NotFound, 3), std::pair(ErrorCode::PermissionDenied, 4)}) {
    Scene scene;
    scene.platform.script = {DeployStage::Failed, "there is no image x", {}, failure};
    const Said said = scene.run("deploy --app blog --image x --json");
    EXPECT_EQ(said.status, status);
    const auto error = nlohmann::json::parse(said.err)["error"];
    EXPECT_EQ(error["code"], to_string(failure));
    EXPECT_EQ(error["message"], "the deploy of blog failed: there is no image x");
    EXPECT_TRUE(error["deploy"].is_number());
  }
}

TEST(Deploys, SayWhereTheirOutputIs) {
  for (const char* line : {"config:set blog A=1", "ps:restart blog", "ps:rebuild blog"}) {
    Scene scene;
    scene.platform.script = {DeployStage::Failed, "not healthy", {" !     it broke"}};
    EXPECT_THAT(scene.run(line).err, HasSubstr("; look at: builds:output blog 4\n")) << line;
    EXPECT_EQ(scene.run("builds:output blog 4").out, " !     it broke\n");
    const auto error = nlohmann::json::parse(scene.run(std::string(line) + " --json").err);
    EXPECT_EQ(error["error"]["deploy"], 5) << line;
  }
}

TEST(Keys, ThatAreKeptElsewhereWereAddedAtNoKnownTime) {
  Scene scene;
  scene.platform.people().add_file_key("ssh-ed25519 EEEE", "admin");
  EXPECT_THAT(scene.run("keys").out, HasSubstr("SHA256:EEEE              -       5m ago     -\n"));
  const auto listed = nlohmann::json::parse(scene.run("keys --json").out);
  EXPECT_TRUE(listed.back()["created_at"].is_null());
}

TEST(ConfigValues, AreInNoErrorAndOnNoRecord) {
  Scene scene;
  scene.run("config:set blog PASSWORD=correct-horse");
  const Said said = scene.run("domains:remove blog correct-horse.example.com");
  EXPECT_EQ(said.status, 3);
  EXPECT_THAT(said.err, HasSubstr("[PASSWORD].example.com"));
  EXPECT_THAT(said.err, Not(HasSubstr("correct-horse")));
  EXPECT_EQ(scene.run("domains:add blog correct-horse.example.com").status, 0);
  const std::string record = scene.run("events").out;
  EXPECT_THAT(record, HasSubstr("domains:add blog [PASSWORD].example.com"));
  EXPECT_THAT(record, Not(HasSubstr("correct-horse")));
}

TEST(Deploys, AreToldByBuildsOutputToo) {
  for (const auto& [stage, status, words] : kEndings) {
    Scene scene;
    scene.platform.script = {stage, "the web process is not healthy", {"line"}};
    scene.run("ps:rebuild blog");
    const Said said = scene.run("builds:output blog");
    EXPECT_EQ(said.status, status);
    EXPECT_EQ(said.out, "line\n");
    EXPECT_THAT(said.err, HasSubstr(words));
  }
}

TEST(Deploys, GoOnWhenTheFollowerLeaves) {
  for (const char* line : {"config:set blog A=1", "ps:restart blog", "ps:rebuild blog"}) {
    Scene scene;
    scene.err.after_write = [&] { scene.gone.request_stop(); };
    const Said said = scene.run(line);
    EXPECT_EQ(said.status, 130) << line;
    EXPECT_THAT(said.err, StartsWith("-----> Starting\nerror: you left the ")) << line;
    EXPECT_THAT(said.err, HasSubstr("which goes on"));
  }
}

TEST(Deploys, ShowARunningBuildUntilTheFollowerLeaves) {
  Scene scene;
  scene.platform.script.stage = DeployStage::Building;
  scene.run("ps:rebuild blog");
  scene.out.after_write = [&] { scene.gone.request_stop(); };
  const Said said = scene.run("builds:output blog");
  EXPECT_EQ(said.out, "-----> Starting\n");
  EXPECT_THAT(said.err, HasSubstr("you left build"));
  EXPECT_EQ(said.status, 130);
}

TEST(Deploys, CanBeCancelled) {
  Scene scene;
  scene.platform.script.stage = DeployStage::Queued;
  scene.run("ps:rebuild blog");
  scene.run("ps:rebuild blog");
  EXPECT_EQ(scene.run("builds:cancel blog").err, "Cancelled 2 deploys of blog\n");
  EXPECT_EQ(scene.run("builds:cancel blog").status, 3);
}

TEST(Deploys, ShowOutputSafeForATerminal) {
  Scene scene;
  scene.platform.script.lines = {"\x1b]0;title\x07\x1b[1mbold\x1b[0m\x1b[2J"};
  EXPECT_THAT(scene.run("ps:rebuild blog").err, StartsWith("\x1b[1mbold\x1b[0m\n"));
  EXPECT_EQ(scene.run("builds:output blog").out, "\x1b[1mbold\x1b[0m\n");
}

TEST(Logs, EndWhenTheFollowerLeaves) {
  for (const bool terminal : {false, true}) {
    Scene scene;
    scene.has_terminal = terminal;
    scene.out.after_write = [&] { scene.gone.request_stop(); };
    const Said said = scene.run("logs blog --follow");
    EXPECT_EQ(said.status, 130);
    EXPECT_EQ(std::count(said.out.begin(), said.out.end(), '\n'), 1);
    EXPECT_THAT(said.err, IsEmpty());
  }
}

TEST(Logs, AskThePlatformForWhatWasTyped) {
  Scene scene;
  scene.run("logs blog");
  EXPECT_EQ(scene.platform.last_query->tail, 100);
  EXPECT_FALSE(scene.platform.last_query->follow);
  scene.run("logs blog --since 10m");
  EXPECT_EQ(scene.platform.last_query->tail, std::nullopt);
  EXPECT_EQ(scene.platform.last_query->since, scene.clock.now() - std::chrono::minutes(10));
  scene.run("logs blog --since 99999999999d -n 3 -p web.2");
  EXPECT_EQ(scene.platform.last_query->since, SystemTime());
  EXPECT_EQ(scene.platform.last_query->tail, 3);
  EXPECT_EQ(scene.platform.last_query->process, ProcessType::web());
  EXPECT_EQ(scene.platform.last_query->index, 2);
  scene.gone.request_stop();
  scene.run("logs blog -fn 5");
  EXPECT_TRUE(scene.platform.last_query->follow);
  EXPECT_EQ(scene.platform.last_query->tail, 5);
}

TEST(Input, IsRefusedFromATerminal) {
  Scene scene;
  scene.has_terminal = true;
  for (const char* line : {"config:set blog -", "config:set blog A=-", "keys:add phone"}) {
    const Said said = scene.run(line, "A=1\n");
    EXPECT_EQ(said.status, 2) << line;
    EXPECT_THAT(said.err, HasSubstr("standard input, which is a terminal"));
  }
}

TEST(Input, HasALimit) {
  Scene scene;
  EXPECT_THAT(scene.run("keys:add phone", std::string(20'000, 'x')).err,
              HasSubstr("more than 16384 bytes"));
  EXPECT_THAT(scene.run("config:set blog -", std::string((1 << 20) + 1, '\n')).err,
              HasSubstr("more than 1048576 bytes"));
}

TEST(ConfigValues, CanBeAnyBytesUpTo64KiB) {
  std::string every_byte;
  for (int byte = 1; byte < 256; ++byte) {
    every_byte += static_cast<char>(byte);
  }
  for (const std::string& value :
       {std::string("two\nlines"), std::string("it's \"quoted\" $HOME `id` \\"),
        std::string("gr\xc3\xbc\xc3\x9f"), every_byte, std::string(64 * 1024, 'x'),
        std::string("-----BEGIN KEY-----\nabc=\n-----END KEY-----")}) {
    Scene scene;
    ASSERT_EQ(scene.run("config:set blog VALUE=-", value + "\n").status, 0);
    EXPECT_EQ(scene.run("config:get blog VALUE").out, value + "\n");
    const std::string exported = scene.run("config:export blog").out;
    ASSERT_EQ(scene.run("config:set shop -", exported).status, 0);
    EXPECT_EQ(scene.run("config:get shop VALUE").out, value + "\n");
    const std::string for_shell = scene.run("config:export blog --format shell").out;
    ASSERT_EQ(scene.run("config:set shop -", for_shell).status, 0);
    EXPECT_EQ(scene.run("config:export shop").out, exported);
  }
}

TEST(ConfigValues, AreRefusedBeyond64KiBAndWithNul) {
  Scene scene;
  const Said large = scene.run("config:set blog V=-", std::string(64 * 1024 + 1, 'x'));
  EXPECT_EQ(large.status, 2);
  EXPECT_THAT(large.err, HasSubstr("the value of V has 65537 bytes, at most 65536 are allowed"));
  EXPECT_EQ(scene.run("config:set blog V=-", std::string("a\0b", 3)).status, 2);
}

TEST(ConfigValues, AreShownToATerminalWithoutControlSequences) {
  Scene scene;
  scene.run("config:set blog V=-", "\x1b[2Jx\ny\x07");
  EXPECT_EQ(scene.run("config:get blog V").out, "\x1b[2Jx\ny\x07\n");
  scene.has_terminal = true;
  EXPECT_EQ(scene.run("config:get blog V").out, "x\ny\n");
}

TEST(ConfigValues, NeverShowOutsideTheCommandsThatAreForThem) {
  constexpr const char* kSecret = "s3cr3t-v4lue";
  const std::string secret(kSecret);
  for (const bool fails : {false, true}) {
    Scene scene;
    if (fails) {
      scene.platform.script = {DeployStage::Failed, "not healthy", {" !     it broke"}};
    }
    const std::pair<std::string, std::string> lines[] = {
        {"config:set blog PW=" + secret, ""},
        {"config:set blog PW=" + secret + " --json", ""},
        {"config:set blog PW=-", secret},
        {"config:set blog -", "PW=" + secret},
        {"config:set blog -", "PW='" + secret},
        {"config:set blog -", secret},
        {"config:set blog -", secret + "/x=1"},
        {"config:set blog PW=a " + secret, ""},
        {"config:set blog PW=a --" + secret, ""},
        {"config:set blog PW=a -" + secret, ""},
        {"PW=" + secret, ""},
        {"config:set blog PW='" + secret, ""},
        {"config:set blog PW=" + secret + "'x'", ""},
        {"config:set blog 'bad key=" + secret + "'", ""},
        {"config:set blog PORT=" + secret, ""},
        {"config:set nothere PW=" + secret, ""},
        {"config:get blog PW=" + secret, ""},
        {"config:unset blog PW=" + secret, ""},
        {"config:unset blog PW", ""},
        {"config PW=" + secret + " blog", ""},
        {"apps:info blog", ""},
        {"apps:info blog --json", ""},
        {"releases blog --json", ""},
        {"builds blog --json", ""},
        {"ps blog --json", ""},
        {"logs blog", ""},
        {"doctor --json", ""}};
    for (const auto& [line, input] : lines) {
      const Said said = scene.run(line, input);
      EXPECT_THAT(said.out + said.err, Not(HasSubstr(secret))) << line;
    }
  }
}

TEST(Scope, OfATokenIsLookedAtBeforeTheCommandRuns) {
  Scene scene;
  scene.actor.scope = AccessScope({*ScopeRule::parse("ps*@blog"), *ScopeRule::parse("version")});
  EXPECT_EQ(scene.run("ps blog").status, 0);
  EXPECT_EQ(scene.run("version").status, 0);
  // The same words whether there is such an app or not.
  for (const char* command : {"ps shop", "ps nowhere", "config blog", "apps", "ps:stop shop"}) {
    const Said said = scene.run(command);
    EXPECT_EQ(said.status, 4) << command;
    EXPECT_THAT(said.err, testing::HasSubstr("the scope of this key or token does not allow"))
        << command;
  }
}

}  // namespace
}  // namespace minpaas::sshd::commands::test
