#include "sshd/commands/answer_mask.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "sshd/commands/exec_line.h"
#include "sshd/commands/json.h"
#include "sshd/commands/run_command.h"
#include "tests/unit/sshd/commands/scene.h"

namespace minpaas::sshd::commands::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// In quotes, with bytes that JSON and terminals have another way for, over two lines.
constexpr std::string_view kValue = "it's \"s3cr3t\"\\v\xc3\xa4lue\nof two lines";

const std::set<std::string_view> kWithValues{
    // What they are for.
    "config", "config:get", "config:export",
    // Words of the app's own programs; [containers] mask_logs is about those of logs.
    "logs", "run", "exec", "cron:run"};

/// Any part of the value, in any way of writing it.
auto has_no_value() {
  return AllOf(Not(HasSubstr("s3cr3t")), Not(HasSubstr("lue")), Not(HasSubstr("two lines")));
}

Result<int> say_the_value(Invocation& call) {
  const std::string text = fmt::format("begin {} end", kValue);
  if (call.out.is_json()) {
    call.out.json(Json{{"text", text}, {"list", {{{"text", text}}}}});
    call.out.json_line(Json(text));
  } else {
    call.out.data(text + "\n");
    call.out.table({{"TEXT"}, {text}});
  }
  call.out.note(text);
  call.out.error({ErrorCode::Failed, text, text, ""});
  return 0;
}

/// `blog` has the value; `line` is run with another handler.
class Probe {
 public:
  Probe(const Command& command, Handler handler) : command_(command) {
    scene_.run("config:set blog PASSWORD=-", std::string(kValue));
    scene_.out.text.clear();
    scene_.err.text.clear();
    command_.run = handler;
  }

  Said run(std::string_view line, Form form) {
    const auto words = split_exec_line(line);
    const auto args = Arguments::parse(command_, std::span(*words).subspan(1));
    EXPECT_TRUE(args) << line;
    apps_ = apps_of(command_, *args);
    minpaas::test::MemoryReader in("");
    ExecRequest request{
        .actor = scene_.actor, .command = "", .env = {}, .window = {}, .terminal_type = {}};
    ExecStreams streams{in, scene_.out, scene_.err, scene_.gone.get_token()};
    Output out(scene_.out, scene_.err, form);
    Invocation call{scene_.actor, scene_.platform, scene_.clock, *args,   out,
                    in,           streams.gone,    false,        request, streams};
    const auto status = run_command(command_, call);
    return {status ? *status : -1, scene_.out.text, scene_.err.text};
  }

  [[nodiscard]] const std::vector<std::string>& apps() const { return apps_; }

 private:
  Scene scene_;
  Command command_;
  std::vector<std::string> apps_;
};

std::string example_of(const Command& command) {
  const std::string line = fmt::format("{} {}", command.verb, command.example);
  return line.substr(0, line.find_first_of("<>"));
}

class AnswersAboutAnApp : public testing::TestWithParam<Form> {};

TEST_P(AnswersAboutAnApp, HaveNoConfigValueUnlessTheCommandIsForThem) {
  std::set<std::string_view> with_values;
  for (const Command& command : command_table()) {
    Probe probe(command, say_the_value);
    const Said said = probe.run(example_of(command), GetParam());
    ASSERT_EQ(said.status, 0) << command.verb;
    if (probe.apps().empty()) {
      continue;
    }
    EXPECT_THAT(said.err, AllOf(has_no_value(), HasSubstr("[PASSWORD]"))) << command.verb;
    if (said.out.find("s3cr3t") != std::string::npos) {
      with_values.insert(command.verb);
    } else {
      EXPECT_THAT(said.out, AllOf(has_no_value(), HasSubstr("begin [PASSWORD] end")))
          << command.verb;
    }
  }
  EXPECT_EQ(with_values, kWithValues);
}

TEST_P(AnswersAboutAnApp, AreMaskedWhateverTheyAreAskedThrough) {
  for (const Command& command : command_table()) {
    const auto is_app = [](std::string_view word) { return word == "APP"; };
    const bool has_app =
        std::ranges::any_of(command.operands, is_app, &Operand::name) ||
        std::ranges::any_of(command.options, [](const Option& o) { return o.name == "app"; });
    Probe probe(command, say_the_value);
    probe.run(example_of(command), GetParam());
    // Else the walk above would pass it over.
    EXPECT_EQ(probe.apps().empty(), !has_app) << command.verb;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, AnswersAboutAnApp, testing::Values(Form::People, Form::Json),
                         [](const auto& of) { return of.param == Form::Json ? "Json" : "People"; });

TEST(Answers, StayJsonWithAValueHidden) {
  const auto* ps = find_command("ps");
  const Said said = Probe(*ps, say_the_value).run("ps blog", Form::Json);
  const auto end = said.out.rfind("\n", said.out.size() - 2) + 1;
  const auto first = Json::parse(said.out.substr(0, end), nullptr, false);
  EXPECT_EQ(first["text"], "begin [PASSWORD] end");
  EXPECT_EQ(first["list"][0]["text"], "begin [PASSWORD] end");
  EXPECT_EQ(Json::parse(said.out.substr(end), nullptr, false), "begin [PASSWORD] end");
}

Result<int> say_in_fields(Invocation& call) {
  const std::string text(kValue);
  call.out.json(Json{{"processes", {{"image", text}, {"web", {{"from", text}, {"to", text}}}}},
                     {"name", call.out.shown(text)}});
  return 0;
}

TEST(Answers, HideTextsBelowNamesThatPeopleChose) {
  const auto* ps = find_command("ps");
  const Json said = Json::parse(Probe(*ps, say_in_fields).run("ps blog", Form::Json).out);
  EXPECT_EQ(said["processes"]["image"], "[PASSWORD]");
  EXPECT_EQ(said["processes"]["web"]["from"], "[PASSWORD]");
  EXPECT_EQ(said["processes"]["web"]["to"], "[PASSWORD]");
  EXPECT_EQ(said["name"], "[PASSWORD]");
}

TEST(Answers, KeepWordsOfThePlatformThatAreAConfigValueToo) {
  Scene scene;
  scene.run("config:set blog MODE=succeeded URL=http://blog.localhost:10000 ENV=superseded");
  const auto releases = Json::parse(scene.run("releases blog --json").out);
  EXPECT_EQ(releases.back()["state"], "superseded");
  const auto report = Json::parse(scene.run("apps:info blog --json").out);
  EXPECT_THAT(report["url"].get<std::string>(), HasSubstr("http"));
  const auto builds = Json::parse(scene.run("builds blog --json").out);
  EXPECT_EQ(builds[0]["status"], "succeeded");
}

TEST(Answers, KeepNamesAndTimesThatAreAConfigValueToo) {
  Scene scene;
  scene.run("config:set blog ALLOWED_HOSTS=www.example.com YEAR=1970-01 DAY=2026-11 MONTH=2025-01");
  scene.run("domains:add blog www.example.com");
  const auto domains = Json::parse(scene.run("domains blog --json").out);
  EXPECT_THAT(domains.dump(), HasSubstr("www.example.com"));
  for (const char* line : {"releases blog --json", "builds blog --json", "apps:info blog --json"}) {
    EXPECT_THAT(scene.run(line).out, Not(HasSubstr("]-"))) << line;
  }
}

TEST(Answers, TellNobodyWhoGuessesHowAValueBegins) {
  Scene scene;
  scene.run("config:set blog PASSWORD=hunter2-and-more");
  for (const char* guess : {"h⋯", "hunte⋯", "x⋯"}) {
    const Said said = scene.run(fmt::format("ps:scale blog '{}'", guess));
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.err, AllOf(HasSubstr(guess), Not(HasSubstr("PASSWORD")))) << guess;
  }
}

TEST(Answers, KeepTheNameOfTheirApp) {
  Scene scene;
  scene.run("apps:create production-web");
  scene.run("config:set production-web RAILS_ENV=production");
  const auto report = Json::parse(scene.run("apps:info production-web --json").out);
  EXPECT_EQ(report["name"], "production-web");
  EXPECT_EQ(Json::parse(scene.run("apps:lock production-web --json").out)["app"], "production-web");
  EXPECT_THAT(scene.run("apps:info production-web").out,
              AllOf(HasSubstr("production-web"), Not(HasSubstr("[RAILS_ENV]-web"))));
}

class UnreadableValues : public testing::Test {
 protected:
  UnreadableValues() {
    scene_.run(fmt::format("config:set blog PASSWORD={}", "hunter2hunter2"));
    scene_.run("ps:scale blog web=1");
  }

  void lose_values() {
    scene_.platform.mask_outage = Error{ErrorCode::Corrupt, "PASSWORD cannot be opened", "", ""};
  }

  Scene scene_;
};

TEST_F(UnreadableValues, LetNothingBeSaidOfTheApp) {
  lose_values();
  for (const char* line : {"ps blog", "ps blog --json", "releases blog", "builds:output blog 1",
                           "apps:info none", "ps:scale blog web=hunter2hunter2"}) {
    const Said said = scene_.run(line);
    EXPECT_EQ(said.status, 1) << line;
    EXPECT_EQ(said.out, "") << line;
    EXPECT_THAT(said.err, AllOf(HasSubstr("whose config values cannot be read to hide them"),
                                Not(HasSubstr("hunter2"))))
        << line;
  }
}

TEST_F(UnreadableValues, LetNothingBeginThatCouldNotTellHowItEnds) {
  const auto before = Json::parse(scene_.run("builds blog --all --json").out).size();
  lose_values();
  EXPECT_EQ(scene_.run("ps:restart blog").status, 1);
  scene_.platform.mask_outage.reset();
  EXPECT_EQ(Json::parse(scene_.run("builds blog --all --json").out).size(), before);
  EXPECT_EQ(scene_.platform.events().rows.back().action, "ps:restart");
  EXPECT_EQ(scene_.platform.events().rows.back().result, "failed");
}

TEST_F(UnreadableValues, LeaveTheDetailOutOfAnEvent) {
  lose_values();
  Scene& scene = scene_;
  EXPECT_EQ(scene.run("apps:rename blog hunter2hunter2").status, 1);
  EXPECT_EQ(scene.platform.events().rows.back().detail, "");
}

/// As when the database is lost at work.
Result<int> lose_values_and_talk(Invocation& call) {
  auto& platform = dynamic_cast<minpaas::test::FakePlatform&>(call.platform);
  platform.mask_outage = Error{ErrorCode::Corrupt, "PASSWORD cannot be opened", "", ""};
  call.out.note("first");
  EXPECT_TRUE(call.out.is_broken());
  platform.mask_outage.reset();
  call.out.note("second");
  call.out.data("third");
  call.out.error({ErrorCode::Failed, "fourth", "", ""});
  return 0;
}

TEST(Answers, EndWhereTheValuesCanNoLongerBeRead) {
  for (const char* verb : {"ps", "config"}) {
    for (const Form form : {Form::People, Form::Json}) {
      Probe probe(*find_command(verb), lose_values_and_talk);
      const Said said = probe.run(fmt::format("{} blog", verb), form);
      EXPECT_EQ(said.status, -1) << verb;
      EXPECT_EQ(said.out + said.err, "") << verb;
    }
  }
}

TEST(AnswerMasks, LetNothingThroughOnceTheyHaveFailed) {
  Scene scene;
  scene.run("config:set blog PASSWORD=hunter2hunter2");
  scene.out.text.clear();
  const auto args = Arguments::parse(*find_command("ps"), std::vector<Word>{{"blog"}});
  minpaas::test::MemoryReader in("");
  const ExecRequest request{
      .actor = scene.actor, .command = "", .env = {}, .window = {}, .terminal_type = {}};
  ExecStreams streams{in, scene.out, scene.err, {}};
  Output out(scene.out, scene.err, Form::People);
  const Invocation call{scene.actor, scene.platform, scene.clock, *args,  out, in,
                        {},          false,          request,     streams};
  AnswerMask mask(call, {"blog"});
  out.hide_with([&](std::string_view text) { return mask.apply(text); });
  out.data("first hunter2hunter2\n");
  scene.platform.mask_outage = Error{ErrorCode::Corrupt, "PASSWORD cannot be opened", "", ""};
  scene.clock.advance(seconds(2));
  out.data("second hunter2hunter2\n");
  EXPECT_TRUE(out.is_broken());
  scene.platform.mask_outage.reset();
  out.data("third\n");
  EXPECT_EQ(scene.out.text, "first [PASSWORD]\n");
  ASSERT_TRUE(mask.failure());
  EXPECT_EQ(mask.failure()->code, ErrorCode::Corrupt);
}

TEST(Tables, HideValuesBeforeTheyAreLaidOut) {
  Scene scene;
  Output out(scene.out, scene.err, Form::People);
  out.hide_with([](std::string_view text) -> Result<std::string> {
    return std::string(text == "hunter2" ? "[PASSWORD]" : text);
  });
  out.table({{"COMMAND", "STATE"}, {"hunter2", "up"}, {"serve", "down"}});
  EXPECT_EQ(scene.out.text,
            "COMMAND     STATE\n"
            "[PASSWORD]  up\n"
            "serve       down\n");
}

TEST(EventsOfAllApps, HideWhatBecameAConfigValueAfterTheyWereWritten) {
  Scene scene;
  scene.run("deploy --app blog --image correct-horse");
  scene.run("deploy --app shop --image correct-horse");
  const std::string before = scene.run("events").out;
  EXPECT_THAT(before, HasSubstr("deploy blog --image correct-horse"));
  scene.run("config:set blog PASSWORD=correct-horse");
  for (const char* line : {"events", "events --json", "events blog", "events blog --json"}) {
    const std::string shown = scene.run(line).out;
    EXPECT_THAT(shown, HasSubstr("--image [PASSWORD]")) << line;
    EXPECT_THAT(shown, Not(HasSubstr("blog --image correct-horse"))) << line;
  }
  EXPECT_THAT(scene.run("events").out, HasSubstr("deploy shop --image correct-horse"))
      << "it is no value of that app";
}

TEST_F(UnreadableValues, LeaveOnlyTheDetailsOfTheirAppOutOfTheEventsOfAllApps) {
  lose_values();
  scene_.run("users:add bob");
  const Said said = scene_.run("events");
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, AllOf(HasSubstr("config:set blog ("), HasSubstr("ps:scale blog ("),
                              HasSubstr("users:add bob (ok"), Not(HasSubstr("PASSWORD"))));
  EXPECT_EQ(said.err,
            "Details of blog are left out, since its config values cannot be read to hide them\n");
  const Said json = scene_.run("events --json");
  EXPECT_EQ(json.status, 0);
  EXPECT_EQ(json.err, "");
  EXPECT_EQ(Json::parse(json.out.substr(0, json.out.find('\n')))["detail"], nullptr);
  scene_.platform.mask_outage.reset();
  EXPECT_THAT(scene_.run("events").out, HasSubstr("config:set blog PASSWORD (ok"));
}

TEST_F(UnreadableValues, LeaveAWayToShowAPageInPlaceOfTheAppAndToDestroyIt) {
  lose_values();
  const Said page = scene_.run("maintenance:on blog");
  EXPECT_EQ(page.status, 0);
  EXPECT_THAT(page.err, HasSubstr("blog is in maintenance"));
  EXPECT_EQ(scene_.run("apps:destroy blog").status, 1) << "not confirmed";
  const Said destroyed = scene_.run("apps:destroy blog --confirm blog");
  EXPECT_EQ(destroyed.status, 0);
  EXPECT_EQ(destroyed.err, "Destroyed blog\n");
  scene_.platform.mask_outage.reset();
  EXPECT_EQ(scene_.run("apps:info blog").status, 3);
}

TEST_F(UnreadableValues, HideWhyTheAppCouldNotBeDestroyed) {
  scene_.run("apps:lock blog");
  lose_values();
  const Said said = scene_.run("apps:destroy blog --confirm blog");
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, AllOf(HasSubstr("cannot be read to hide them"), Not(HasSubstr("locked"))));
}

TEST(ListsOfAllApps, LookNoValueUp) {
  class Counting : public minpaas::test::FakePlatform {
   public:
    using FakePlatform::FakePlatform;

    Result<SharedMask> secret_mask(const Actor& actor, const AppName& name) override {
      ++looked_up;
      return FakePlatform::secret_mask(actor, name);
    }

    int looked_up = 0;
  };

  minpaas::test::FakeClock clock;
  Counting platform(clock);
  platform.deploy("blog", *Oid::parse(std::string(Oid::kHexCharacters, '1')));
  minpaas::test::MemoryReader in("");
  minpaas::test::MemoryWriter out;
  ExecStreams streams{in, out, out, {}};
  CommandHandler handler(platform, clock);
  for (const auto& [line, reads] :
       std::vector<std::pair<const char*, int>>{{"apps", 0},
                                                {"apps --json", 0},
                                                {"storage", 0},
                                                // Before it begins, and with its first word.
                                                {"ps blog", 2},
                                                {"ps blog --json", 2}}) {
    platform.looked_up = 0;
    const ExecRequest request{.actor = Actor{.user_id = 1,
                                             .name = "ada",
                                             .role = Role::Admin,
                                             .key_fingerprint = "",
                                             .from = ""},
                              .command = line,
                              .env = {},
                              .window = {},
                              .terminal_type = {}};
    EXPECT_EQ(handler.run(request, streams), 0) << line;
    EXPECT_EQ(platform.looked_up, reads) << line;
  }
}

}  // namespace
}  // namespace minpaas::sshd::commands::test
