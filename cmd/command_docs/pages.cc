#include "cmd/command_docs/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "cmd/command_docs/client_commands.h"
#include "sshd/commands/table.h"

namespace minpaas::command_docs {
namespace {

using sshd::commands::Arity;
using sshd::commands::Command;
using sshd::commands::command_table;
using sshd::commands::kJsonUsage;
using sshd::commands::Option;

/// What is typed into `ssh minpaas`, as it is typed into `minpaas`: without the second pair of
/// quotes. What stands beside it in a second column stays there.
std::string line_for_client(const std::string& line) {
  static const std::regex quoted("ssh minpaas \"([^\"]*)\"");
  static const std::regex plain("ssh minpaas");
  std::string own =
      std::regex_replace(std::regex_replace(line, quoted, "minpaas $1"), plain, "minpaas");
  const auto begin = own.find_first_not_of(' ');
  const auto column = own.find("   ", begin == std::string::npos ? 0 : begin);
  if (column != std::string::npos) {
    own.insert(column, line.size() - own.size(), ' ');
  }
  return own;
}

std::string for_client(std::string_view text) {
  std::string own;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    own += (own.empty() ? "" : "\n") + line_for_client(line);
  }
  return own;
}

AppPlace app_place(const Command& command) {
  const auto& operands = command.operands;
  if (!operands.empty() && (operands.front().name == "APP" || operands.front().name == "OLD")) {
    return AppPlace::First;
  }
  const bool by_option = std::any_of(command.options.begin(), command.options.end(),
                                     [](const Option& option) { return option.name == "app"; });
  return by_option ? AppPlace::Option : AppPlace::None;
}

int most_words(const Command& command) {
  const bool any =
      std::any_of(command.operands.begin(), command.operands.end(), [](const auto& operand) {
        return operand.arity == Arity::Several || operand.arity == Arity::Any;
      });
  return any ? -1 : static_cast<int>(command.operands.size());
}

std::vector<std::string> operand_choices(const Command& command) {
  std::vector<std::string> all;
  for (const auto& operand : command.operands) {
    const auto choices = choices_of(operand.name);
    all.insert(all.end(), choices.begin(), choices.end());
  }
  return all;
}

/// The app may be left out, wherever the verb takes it.
Command app_optional(Command command) {
  if (app_place(command) == AppPlace::First) {
    command.operands.front().arity = Arity::Optional;
  }
  std::erase_if(command.options, [](const Option& option) { return option.name == "app"; });
  return command;
}

std::string without_json(std::string usage) {
  return usage.erase(usage.rfind(kJsonUsage), kJsonUsage.size());
}

std::string short_usage(Command command) {
  std::erase_if(command.options, [](const Option& option) { return !option.required; });
  return without_json(usage(command));
}

Page page_of(const Command& command, Owner owner) {
  const Command shown = app_optional(command);
  const std::string line = usage(shown);
  return {.verb = std::string(command.verb),
          .alias = std::string(command.alias),
          .summary = std::string(command.summary),
          .usages = {owner == Owner::Server ? line : without_json(line)},
          .short_usage = short_usage(shown),
          .options = shown.options,
          .choices = operand_choices(command),
          .example = std::string(command.example),
          .details = for_client(command.details),
          .owner = owner,
          .app = app_place(command),
          .most_words = most_words(command),
          .runs_program = command.runs_program,
          .has_json = owner == Owner::Server};
}

/// The client's `deploy` is the server's too, when there is a source.
void widen(Page& own, const Page& server) {
  own.usages.insert(own.usages.end(), server.usages.begin(), server.usages.end());
  own.options.insert(own.options.end(), server.options.begin(), server.options.end());
  own.summary = "Push this git repository, or deploy from another source";
  own.has_json = server.has_json;
  own.details +=
      " With a source the server fetches, unpacks or pulls instead,\n"
      "and nothing here is read:\n"
      "  minpaas deploy --app blog --repo https://git.example/blog.git --env DEBUG=1\n"
      "  git archive HEAD | minpaas deploy --app blog --archive -";
  if (!server.details.empty()) {
    own.details += "\n\n" + server.details;
  }
}

}  // namespace

std::vector<Page> pages() {
  std::vector<Page> all;
  for (const Command& command : client_commands()) {
    all.push_back(page_of(command, Owner::Client));
    if (command.verb == "deploy") {
      all.back().app = AppPlace::Option;
    }
  }
  const std::size_t own = all.size();
  for (const Command& command : command_table()) {
    const auto found = std::find_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(own),
                                    [&](const Page& page) { return page.verb == command.verb; });
    if (found == all.begin() + static_cast<std::ptrdiff_t>(own)) {
      all.push_back(page_of(command, Owner::Server));
    } else if (command.verb == "deploy") {
      widen(*found, page_of(command, Owner::Server));
    }
  }
  return all;
}

std::vector<std::string> choices_of(std::string_view value) {
  const bool is_choice = value.find('|') != std::string_view::npos &&
                         std::all_of(value.begin(), value.end(),
                                     [](char c) { return c == '|' || (c >= 'a' && c <= 'z'); });
  std::vector<std::string> choices;
  while (is_choice && !value.empty()) {
    const auto end = std::min(value.find('|'), value.size());
    choices.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return choices;
}

std::string option_names(const Option& option) {
  return option.letter == 0 ? fmt::format("--{}", option.name)
                            : fmt::format("--{}, -{}", option.name, option.letter);
}

std::string option_text(const Option& option) {
  return option.value.empty() ? option_names(option)
                              : fmt::format("{} {}", option_names(option), option.value);
}

std::string help_text(const Page& page) {
  using sshd::commands::format_table;
  using sshd::commands::Row;
  std::string text = page.summary + "\n\n";
  std::string_view before = "Usage: ";
  for (const std::string& line : page.usages) {
    text += fmt::format("{}minpaas {}\n", before, line);
    before = "       ";
  }
  if (!page.alias.empty()) {
    text += fmt::format("Also as: {}\n", page.alias);
  }
  std::vector<Row> options;
  for (const Option& option : page.options) {
    options.push_back({"  " + option_text(option), std::string(option.help)});
  }
  if (page.has_json) {
    options.push_back({"  --json", "print JSON, for programs"});
  }
  if (!options.empty()) {
    text += "\nOptions:\n" + format_table(options);
  }
  if (!page.details.empty()) {
    text += fmt::format("\n{}\n", page.details);
  }
  text += fmt::format("\nExample:\n  minpaas {}{}{}\n", page.verb, page.example.empty() ? "" : " ",
                      page.example);
  return text;
}

std::string overview(const std::vector<Page>& all) {
  using sshd::commands::format_table;
  using sshd::commands::Row;
  std::vector<Row> own;
  std::vector<Row> server;
  for (const Page& page : all) {
    (page.owner == Owner::Client ? own : server).push_back({"  " + page.short_usage, page.summary});
  }
  std::vector<Row> options;
  for (const Option& option : client_options()) {
    options.push_back({"  " + option_text(option), std::string(option.help)});
  }
  return fmt::format(
      "minpaas {}: the commands of a MinPaas server, over your ssh\n"
      "\n"
      "Usage: minpaas [OPTION...] COMMAND [WORD...]\n"
      "\n"
      "{}\n"
      "Of the server, each as `ssh minpaas COMMAND` too:\n"
      "{}\n"
      "Options, before the command or behind it:\n"
      "{}\n"
      "[APP] may be left out in a folder with a git remote `minpaas` (minpaas init makes it), or\n"
      "with MINPAAS_APP. The server is that of the remote, of MINPAAS_HOST, or the Host minpaas "
      "of\n"
      "your ssh configuration. More about a command: minpaas help COMMAND. The server's take "
      "--json.\n",
      MINPAAS_VERSION, format_table(own), format_table(server), format_table(options));
}

}  // namespace minpaas::command_docs
