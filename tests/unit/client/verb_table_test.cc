// The table that the build makes of the server's commands, and the options that the client reads.
#include <gmock/gmock.h>

#include "cmd/command_docs/client_commands.h"
#include "cmd/command_docs/pages.h"
#include "cmd/minpaas/command_line.h"

namespace minpaas::client {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(VerbTable, HasEveryCommandOfTheServer) {
  for (const auto& command : sshd::commands::command_table()) {
    const Verb* verb = find_verb(command.verb);
    ASSERT_NE(verb, nullptr) << command.verb;
    EXPECT_EQ(verb->runs_program, command.runs_program) << command.verb;
    for (const auto& option : command.options) {
      const VerbOption* known = find_option(*verb, option.name);
      const bool is_app = option.name == "app";
      ASSERT_EQ(known == nullptr, is_app) << command.verb << " --" << option.name;
      EXPECT_TRUE(is_app || known->takes_value == !option.value.empty()) << command.verb;
    }
    EXPECT_TRUE(command.alias.empty() || find_verb(command.alias) != nullptr) << command.alias;
  }
}

TEST(VerbTable, KnowsWhereTheAppStands) {
  for (const char* verb : {"logs", "config:set", "run", "events", "delete"}) {
    EXPECT_EQ(find_verb(verb)->app, AppPlace::First) << verb;
  }
  for (const char* verb : {"apps", "keys:add", "users", "doctor", "help"}) {
    EXPECT_EQ(find_verb(verb)->app, AppPlace::None) << verb;
  }
  EXPECT_EQ(find_verb("deploy")->app, AppPlace::Option);
}

TEST(VerbTable, ExplainsWhatTheClientDoesWithoutASecondPairOfQuotes) {
  EXPECT_THAT(std::string(find_verb("config:set")->help),
              testing::AllOf(HasSubstr("minpaas config:set [APP] KEY=VALUE..."),
                             Not(HasSubstr("ssh minpaas")), Not(HasSubstr("second pair"))));
  for (const Verb& verb : verbs()) {
    EXPECT_THAT(std::string(verb.help), Not(HasSubstr("ssh -t"))) << verb.name;
  }
}

TEST(VerbTable, ListsExactlyTheOptionsThatAreRead) {
  for (const auto& option : command_docs::client_options()) {
    std::vector<std::string> words{"--" + std::string(option.name)};
    if (!option.value.empty()) {
      words.emplace_back("value");
    }
    EXPECT_TRUE(read_command_line(words)) << option.name;
    EXPECT_THAT(std::string(overview()), HasSubstr("--" + std::string(option.name)));
    if (option.letter != 0) {
      words.front() = {'-', option.letter};
      EXPECT_TRUE(read_command_line(words)) << option.name;
    }
  }
}

}  // namespace
}  // namespace minpaas::client
