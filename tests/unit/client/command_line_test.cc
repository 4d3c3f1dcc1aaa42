#include "cmd/minpaas/command_line.h"

#include <gmock/gmock.h>

#include "cmd/minpaas/app_words.h"

namespace minpaas::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Words = std::vector<std::string>;

CommandLine read(const Words& words) {
  auto line = read_command_line(words);
  EXPECT_TRUE(line) << line.error().message;
  return line ? *line : CommandLine();
}

/// What the server gets behind the verb in a folder whose app is `usual`.
Words sent(const Words& words, const std::optional<std::string>& usual = "blog") {
  const auto put = with_app(read(words), usual);
  EXPECT_TRUE(put) << put.error().message;
  return put ? *put : Words{};
}

TEST(CommandLine, TakesItsOptionsBeforeTheVerbAndBehindIt) {
  for (const Words& words :
       {Words{"--app", "blog", "logs", "-f"}, Words{"logs", "--app", "blog", "-f"},
        Words{"logs", "-f", "--app=blog"}, Words{"-ablog", "logs", "-f"},
        Words{"logs", "-f", "-a", "blog"}}) {
    const auto line = read(words);
    EXPECT_EQ(line.verb, "logs");
    EXPECT_EQ(line.options.app, "blog");
    EXPECT_THAT(line.words, ElementsAre("-f"));
  }
  const auto line =
      read({"--host", "h:1", "apps", "--remote=prod", "--batch", "--no-app", "--json"});
  EXPECT_EQ(line.options.host, "h:1");
  EXPECT_EQ(line.options.remote, "prod");
  EXPECT_TRUE(line.options.batch && line.options.no_app);
  EXPECT_THAT(line.words, ElementsAre("--json"));
}

TEST(CommandLine, LeavesAnOptionToTheVerbThatHasIt) {
  const auto line = read({"-a", "blog", "builds", "-a"});
  EXPECT_EQ(line.options.app, "blog");
  EXPECT_THAT(line.words, ElementsAre("-a"));
}

TEST(CommandLine, TakesNoValueOfAnOptionForAnOptionOfItsOwn) {
  EXPECT_THAT(sent({"logs", "--since", "--app", "-n", "-a"}),
              ElementsAre("blog", "--since", "--app", "-n", "-a"));
  EXPECT_THAT(sent({"logs", "-fn", "5"}), ElementsAre("blog", "-fn", "5"));
  EXPECT_THAT(sent({"logs", "-n5", "--since=1h"}), ElementsAre("blog", "-n5", "--since=1h"));
}

TEST(CommandLine, LeavesAProgramItsWords) {
  EXPECT_THAT(sent({"run", "--", "ls", "--app", "x", "-a", "--help"}),
              ElementsAre("blog", "--", "ls", "--app", "x", "-a", "--help"));
  EXPECT_THAT(sent({"run", "ls", "--app", "x"}), ElementsAre("blog", "ls", "--app", "x"));
  EXPECT_THAT(sent({"run", "blog", "--", "ls", "--host", "x"}),
              ElementsAre("blog", "--", "ls", "--host", "x"));
  EXPECT_THAT(sent({"run", "--env", "A=1", "--app", "shop", "--", "blog"}),
              ElementsAre("shop", "--env", "A=1", "--", "blog"));
  EXPECT_THAT(sent({"run", "--", "blog"}), ElementsAre("blog", "--", "blog"));
  EXPECT_THAT(sent({"exec", "web.1", "--", "ps"}), ElementsAre("blog", "web.1", "--", "ps"));
}

TEST(CommandLine, RefusesWhatItCannotRead) {
  for (const Words& words :
       {Words{"--app"}, Words{"logs", "--host"}, Words{"logs", "-a"}, Words{"--nothing", "logs"},
        Words{"--batch=yes", "apps"}, Words{"-x", "apps"}}) {
    const auto line = read_command_line(words);
    ASSERT_FALSE(line) << words.front();
    EXPECT_EQ(line.error().code, ErrorCode::InvalidInput);
  }
}

TEST(CommandLine, NamesNoWordThatMayBeASecret) {
  const auto line = read_command_line({"--secret=hunter2", "config:set"});
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error().message, Not(HasSubstr("hunter2")));
}

TEST(AppWords, PutTheAppFirst) {
  EXPECT_THAT(sent({"logs"}), ElementsAre("blog"));
  EXPECT_THAT(sent({"config:set", "DEBUG=1"}), ElementsAre("blog", "DEBUG=1"));
  EXPECT_THAT(sent({"rollback", "v3"}), ElementsAre("blog", "v3"));
  EXPECT_THAT(sent({"rollback"}), ElementsAre("blog"));
  EXPECT_THAT(sent({"domains:add", "www.example.org"}), ElementsAre("blog", "www.example.org"));
  EXPECT_THAT(sent({"ps:restart", "web"}), ElementsAre("blog", "web"));
  EXPECT_THAT(sent({"access:grant", "bob", "deploy"}), ElementsAre("blog", "bob", "deploy"));
  EXPECT_THAT(sent({"events", "-f"}), ElementsAre("blog", "-f"));
}

TEST(AppWords, TakeTheNameOfTheUsualAppAtItsWord) {
  EXPECT_THAT(sent({"config:set", "blog", "DEBUG=1"}), ElementsAre("blog", "DEBUG=1"));
  EXPECT_THAT(sent({"rollback", "blog"}), ElementsAre("blog"));
  EXPECT_THAT(sent({"run", "blog", "ls"}), ElementsAre("blog", "ls"));
}

TEST(AppWords, TakeWordsThatAreAllThereAsTheyAre) {
  EXPECT_THAT(sent({"logs", "shop"}), ElementsAre("shop"));
  EXPECT_THAT(sent({"delete", "shop", "--confirm", "shop"}),
              ElementsAre("shop", "--confirm", "shop"));
  EXPECT_THAT(sent({"apps:create", "shop"}), ElementsAre("shop"));
  EXPECT_THAT(sent({"apps:create"}), ElementsAre("blog"));
  EXPECT_THAT(sent({"rollback", "shop", "v3"}), ElementsAre("shop", "v3"));
}

TEST(AppWords, ConfirmADeleteOfAnAppThatWasTyped) {
  const auto confirmed = [](const std::vector<std::string>& typed) {
    const auto line = read_command_line(typed);
    return with_confirmation(*line, *with_app(*line, "blog"));
  };
  EXPECT_THAT(confirmed({"delete", "shop"}), ElementsAre("shop", "--confirm", "shop"));
  EXPECT_THAT(confirmed({"--app", "shop", "delete"}), ElementsAre("shop", "--confirm", "shop"));
  EXPECT_THAT(confirmed({"delete", "shop", "--confirm", "blog"}),
              ElementsAre("shop", "--confirm", "blog"));
  EXPECT_THAT(confirmed({"delete"}), ElementsAre("blog"));
  EXPECT_THAT(confirmed({"apps:destroy", "shop"}), ElementsAre("shop"));
}

TEST(AppWords, NeverTakeThemWithAnAppThatWasTyped) {
  EXPECT_THAT(sent({"logs", "--app", "shop", "worker"}), ElementsAre("shop", "worker"));
  EXPECT_THAT(sent({"ps:restart", "--app", "web", "web"}), ElementsAre("web", "web"));
}

TEST(AppWords, LeaveWordsAloneWhereNoAppIsKnown) {
  EXPECT_THAT(sent({"rollback", "v3"}, std::nullopt), ElementsAre("v3"));
  EXPECT_THAT(sent({"logs"}, std::nullopt), IsEmpty());
  EXPECT_THAT(sent({"keys:add", "laptop"}), ElementsAre("laptop"));
  EXPECT_THAT(sent({"storage:remove", "data", "--confirm", "data"}),
              ElementsAre("data", "--confirm", "data"));
}

TEST(AppWords, NameItAsAnOptionWhereTheServerWantsThat) {
  EXPECT_THAT(sent({"deploy", "--repo", "https://x/y", "--app", "shop"}),
              ElementsAre("--app", "shop", "--repo", "https://x/y"));
  EXPECT_THAT(sent({"deploy", "--archive", "-"}), ElementsAre("--app", "blog", "--archive", "-"));
}

TEST(AppWords, GoToAVerbOfANewerServerWhenTheyWereTyped) {
  EXPECT_THAT(sent({"ps:dance", "fast"}), ElementsAre("fast"));
  EXPECT_THAT(sent({"ps:dance", "--app", "shop", "fast"}), ElementsAre("shop", "fast"));
}

TEST(AppWords, RefuseAnAppWhereNoneIsWantedAndBadNames) {
  EXPECT_EQ(with_app(read({"--app", "blog", "keys"}), {}).error().code, ErrorCode::InvalidInput);
  for (const char* name : {"", "Blog", "-x", "x-", "a b", "a\nb", "0day", "x/../y"}) {
    EXPECT_FALSE(with_app(read({"logs", "--app", name}), {})) << name;
  }
}

TEST(AppName, IsMadeFromTheNameOfAFolder) {
  EXPECT_EQ(app_name_like("blog"), "blog");
  EXPECT_EQ(app_name_like("My Shop_2"), "my-shop-2");
  EXPECT_EQ(app_name_like("42.answer!"), "answer");
  EXPECT_EQ(app_name_like("--x--"), "x");
  EXPECT_EQ(app_name_like(std::string(40, 'a')), std::string(30, 'a'));
  EXPECT_EQ(app_name_like(std::string(29, 'a') + "--b"), std::string(29, 'a'));
  EXPECT_EQ(app_name_like("\xc3\xa4pfel"), "pfel");
  EXPECT_EQ(app_name_like("123"), "");
  EXPECT_EQ(app_name_like(""), "");
}

}  // namespace
}  // namespace minpaas::client
