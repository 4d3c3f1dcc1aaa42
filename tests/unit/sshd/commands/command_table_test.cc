#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "sshd/commands/command.h"
#include "tests/unit/sshd/commands/examples.h"

namespace minpaas::sshd::commands::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

/// With --json, which is not to become an argument of a program.
std::string with_json(const std::string& line) {
  const auto program = line.find(" -- ");
  return program == std::string::npos ? line + " --json"
                                      : line.substr(0, program) + " --json" + line.substr(program);
}

TEST(CommandTable, HasEveryVerbOnceAndComplete) {
  std::set<std::string_view> names;
  for (const Command& command : command_table()) {
    EXPECT_TRUE(names.insert(command.verb).second) << command.verb;
    EXPECT_TRUE(command.alias.empty() || names.insert(command.alias).second) << command.alias;
    EXPECT_THAT(std::string(command.summary), testing::Not(IsEmpty())) << command.verb;
    EXPECT_NE(command.run, nullptr) << command.verb;
  }
  for (const char* verb : {"help",
                           "version",
                           "apps",
                           "apps:create",
                           "apps:info",
                           "apps:set",
                           "apps:destroy",
                           "delete",
                           "config",
                           "config:get",
                           "config:set",
                           "config:unset",
                           "config:export",
                           "logs",
                           "ps",
                           "ps:restart",
                           "ps:rebuild",
                           "releases",
                           "builds",
                           "builds:output",
                           "builds:cancel",
                           "users",
                           "users:add",
                           "users:set",
                           "users:remove",
                           "access",
                           "access:grant",
                           "access:revoke",
                           "keys",
                           "keys:add",
                           "keys:remove",
                           "doctor",
                           "releases:info",
                           "rollback",
                           "run",
                           "exec",
                           "ps:scale",
                           "ps:stop",
                           "ps:start",
                           "apps:rename",
                           "apps:lock",
                           "apps:unlock",
                           "resources",
                           "resources:set",
                           "domains",
                           "domains:add",
                           "domains:remove",
                           "maintenance:on",
                           "maintenance:off",
                           "checks",
                           "checks:set",
                           "tokens",
                           "tokens:create",
                           "tokens:revoke",
                           "events",
                           "events:verify"}) {
    EXPECT_TRUE(names.contains(verb)) << verb;
  }
}

TEST(CommandTable, ExplainsEveryCommandInThreeWays) {
  Scene scene;
  for (const Command& command : command_table()) {
    const std::string verb(command.verb);
    const Said said = scene.run(verb + " --help");
    EXPECT_EQ(said.status, 0) << verb;
    EXPECT_THAT(said.err, IsEmpty()) << verb;
    EXPECT_THAT(said.out, HasSubstr("Usage: " + usage(command) + "\n"));
    EXPECT_THAT(said.out, HasSubstr("Example:\n  ssh minpaas " + verb));
    EXPECT_EQ(scene.run("help " + verb).out, said.out);
    EXPECT_EQ(scene.run(verb + " -h").out, said.out);
  }
}

TEST(CommandTable, HasExamplesThatWork) {
  for (const Command& command : command_table()) {
    Scene scene;
    const auto [line, input] = working_example_of(command, scene);
    const Said said = scene.run(line, input);
    const bool nothing_to_cancel = command.verb == "builds:cancel" && said.status == 3;
    const bool left = command.verb == "logs" && said.status == 130;
    const bool no_program = command.runs_program && said.status == 127;
    const bool own_status = command.verb == "cron:run" && said.status == 3;
    EXPECT_TRUE(said.status == 0 || nothing_to_cancel || left || no_program || own_status)
        << line << ": " << said.err;
  }
}

TEST(CommandTable, PrintsJsonForEveryCommand) {
  for (const Command& command : command_table()) {
    Scene scene;
    if (command.verb == "logs" || command.verb == "builds:output" || command.verb == "events") {
      continue;  // one object a line; their transcripts show it
    }
    if (command.verb == "cron:run") {
      continue;  // what the command itself prints is its output
    }
    const auto [line, input] = example_of(command);
    const Said said = scene.run(with_json(line), input);
    // The data on stdout or the error on stderr, and never anything beside it.
    const std::string& text = said.status == 0 ? said.out : said.err;
    EXPECT_TRUE(json::accept(text)) << line << " gave:\n" << said.out << said.err;
    EXPECT_THAT(said.status == 0 ? said.err : said.out, IsEmpty()) << line;
  }
}

TEST(CommandTable, PrintsEveryErrorAsOneJsonObject) {
  Scene scene;
  scene.platform.outage =
      Error{ErrorCode::Unavailable, "the database is locked", "try again", "secret cause"};
  for (const Command& command : command_table()) {
    if (command.verb == "help" || command.verb == "version") {
      continue;
    }
    scene.actor.role = command.verb == "claim" ? Role::Stranger : Role::Admin;
    const auto [line, input] = example_of(command);
    const Said said = scene.run(with_json(line), input);
    EXPECT_EQ(said.status, 1) << line;
    EXPECT_THAT(said.out, IsEmpty()) << line;
    json error = json::parse(said.err, nullptr, false);
    ASSERT_TRUE(error.is_object()) << line << said.err;
    // What cannot be hidden is not said: then that is what the message begins with.
    EXPECT_THAT(error["error"]["message"].get<std::string>(),
                testing::EndsWith("the database is locked"))
        << line;
    error["error"].erase("message");
    EXPECT_EQ(error, json::parse(R"({"error":{"code":"unavailable","hint":"try again"}})"))
        << line << said.err;
  }
}

TEST(CommandTable, SuggestsNothingForNonsense) {
  for (const char* nonsense : {"x", "zz", "qwertyuiop", "", "::", "12"}) {
    EXPECT_THAT(nearest_verbs(nonsense), IsEmpty()) << nonsense;
  }
}

/// Sections of docs/commands.md by the verb of their heading.
std::map<std::string, std::string> documented() {
  std::ifstream file(MINPAAS_DOCS "/commands.md");
  std::map<std::string, std::string> sections;
  std::string* section = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("### ")) {
      section = &sections[line.substr(4)];
    } else if (line.starts_with("#")) {
      section = nullptr;
    } else if (section != nullptr) {
      *section += line + "\n";
    }
  }
  return sections;
}

TEST(Reference, HasTheUsageOfEveryCommand) {
  auto sections = documented();
  for (const Command& command : command_table()) {
    const std::string verb(command.verb);
    ASSERT_TRUE(sections.contains(verb)) << verb << " is not in docs/commands.md";
    EXPECT_THAT(sections[verb], HasSubstr("\n    " + usage(command) + "\n")) << verb;
    for (const Option& option : command.options) {
      EXPECT_THAT(sections[verb], HasSubstr(fmt::format("`--{}", option.name))) << verb;
    }
    sections.erase(verb);
  }
  for (const auto& [verb, text] : sections) {
    ADD_FAILURE() << "docs/commands.md explains " << verb << ", which is no command";
  }
}

void expect_fields(const json& value, const std::string& section, const std::string& verb) {
  if (value.is_array()) {
    for (const json& item : value) {
      expect_fields(item, section, verb);
    }
  }
  if (value.is_object()) {
    for (const auto& [name, field] : value.items()) {
      EXPECT_THAT(section, HasSubstr("`" + name + "`")) << verb;
      if (field.is_array()) {
        expect_fields(field, section, verb);
      }
    }
  }
}

TEST(Reference, NamesEveryFieldOfTheJson) {
  const auto sections = documented();
  for (const char* line : {"help --json",
                           "version --json",
                           "apps --json",
                           "apps:info blog --json",
                           "config:get blog DEBUG --json",
                           "ps blog --json",
                           "ps:restart blog --json",
                           "apps:lock blog --json",
                           "resources blog --json",
                           "resources:set blog pids=7 --json",
                           "storage blog --json",
                           "releases blog --json",
                           "releases:info blog v2 --diff v1 --json",
                           "builds blog --json",
                           "events:verify --json",
                           "users --json",
                           "access blog --json",
                           "keys --json",
                           "tokens --json",
                           "tokens:create x --json",
                           "doctor --json"}) {
    Scene scene;
    scene.run("users:add bob");
    scene.run("access:grant blog bob deploy");
    scene.run("storage:mount blog data:/data");
    const std::string verb = std::string(line).substr(0, std::string_view(line).find(' '));
    const json printed = json::parse(scene.run(line).out, nullptr, false);
    ASSERT_FALSE(printed.is_discarded()) << line;
    ASSERT_TRUE(sections.contains(verb)) << verb;
    expect_fields(printed, sections.at(verb), verb);
  }
}

}  // namespace
}  // namespace minpaas::sshd::commands::test
