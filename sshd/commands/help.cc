#include <fmt/format.h>

#include "sshd/commands/help_text.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

/// `ps:restart APP`: the usage without options, for the list.
std::string short_usage(const Command& command) {
  Command bare = command;
  std::erase_if(bare.options, [](const Option& option) { return !option.required; });
  std::string line = usage(bare);
  return line.erase(line.rfind(kJsonUsage), kJsonUsage.size());
}

std::string option_text(const Option& option) {
  std::string text = fmt::format("--{}", option.name);
  if (option.letter != 0) {
    text += fmt::format(", -{}", option.letter);
  }
  return option.value.empty() ? text : fmt::format("{} {}", text, option.value);
}

Json to_json(const Command& command) {
  return {{"verb", command.verb},
          {"alias", json_text(std::string(command.alias))},
          {"usage", usage(command)},
          {"summary", command.summary},
          {"example", fmt::format("ssh minpaas {}{}{}", command.verb,
                                  command.example.empty() ? "" : " ", command.example)}};
}

Result<int> help(Invocation& call) {
  const auto verb = call.args.optional_operand(0);
  if (!verb) {
    if (!call.out.is_json()) {
      call.out.data(overview());
      return 0;
    }
    Json all = Json::array();
    for (const Command& command : command_table()) {
      all.push_back(to_json(command));
    }
    call.out.json(std::move(all));
    return 0;
  }
  const Command* command = find_command(*verb);
  if (command == nullptr) {
    return unknown_verb(*verb, "");
  }
  if (call.out.is_json()) {
    call.out.json(to_json(*command));
  } else {
    call.out.data(explain(*command));
  }
  return 0;
}

}  // namespace

std::string overview() {
  std::string text = "Commands, each as `ssh minpaas COMMAND`:\n";
  std::vector<Row> rows;
  for (const Command& command : command_table()) {
    rows.push_back({"  " + short_usage(command), std::string(command.summary)});
  }
  text += format_table(rows);
  text +=
      "\n"
      "More about one: help COMMAND. All take --json.\n"
      "To deploy an app, in its git repository:\n"
      "  git remote add minpaas minpaas:APP\n"
      "  git push minpaas main\n";
  return text;
}

std::string explain(const Command& command) {
  std::string text = fmt::format("{}\n\nUsage: {}\n", command.summary, usage(command));
  if (!command.alias.empty()) {
    text += fmt::format("Also as: {}\n", command.alias);
  }
  std::vector<Row> options;
  for (const Option& option : command.options) {
    options.push_back({"  " + option_text(option), std::string(option.help)});
  }
  options.push_back({"  --json", "print JSON, for programs"});
  text += "\nOptions:\n" + format_table(options);
  if (!command.details.empty()) {
    text += fmt::format("\n{}\n", command.details);
  }
  if (!command.with_ssh.empty()) {
    text += fmt::format("\n{}\n", command.with_ssh);
  }
  text += fmt::format("\nExample:\n  ssh minpaas {}{}{}\n", command.verb,
                      command.example.empty() ? "" : " ", command.example);
  return text;
}

std::vector<Command> help_commands() {
  return {
      {.verb = "help",
       .summary = "List the commands, or explain one",
       .operands = {{"COMMAND", Arity::Optional}},
       .example = "config:set",
       .only_reads = true,
       .run = help},
  };
}

}  // namespace minpaas::sshd::commands
