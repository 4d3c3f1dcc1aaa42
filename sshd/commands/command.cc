#include "sshd/commands/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/base/text.h"
#include "sshd/commands/nouns.h"

namespace minpaas::sshd::commands {
namespace {

std::string operand_usage(const Operand& operand) {
  switch (operand.arity) {
    case Arity::One:
      return fmt::format(" {}", operand.name);
    case Arity::Optional:
      return fmt::format(" [{}]", operand.name);
    case Arity::Several:
      return fmt::format(" {}...", operand.name);
    case Arity::Any:
      return fmt::format(" [{}...]", operand.name);
  }
  return "";
}

std::string option_usage(const Option& option) {
  std::string text = fmt::format("--{}", option.name);
  if (option.letter != 0) {
    text += fmt::format("|-{}", option.letter);
  }
  if (!option.value.empty()) {
    text += fmt::format(" {}", option.value);
  }
  return option.required ? " " + text : fmt::format(" [{}]{}", text, option.repeated ? "..." : "");
}

std::vector<Command> make_table() {
  std::vector<Command> table;
  for (const auto& noun :
       {help_commands,          apps_commands,   deploy_commands,  config_commands,
        build_secrets_commands, logs_commands,   ps_commands,      run_commands,
        resources_commands,     checks_commands, storage_commands, cron_commands,
        releases_commands,      builds_commands, domains_commands, maintenance_commands,
        certs_commands,         people_commands, keys_commands,    tokens_commands,
        events_commands,        claim_commands,  host_commands}) {
    const auto commands = noun();
    table.insert(table.end(), commands.begin(), commands.end());
  }
  return table;
}

/// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// Smaller is nearer; what is above kFarthest is not worth a suggestion.
constexpr std::size_t kFarthest = 3;

std::size_t farness(std::string_view typed, const Command& command) {
  const std::string_view verb = command.verb;
  std::size_t far = distance(typed, verb);
  if (!command.alias.empty()) {
    far = std::min(far, distance(typed, command.alias));
  }
  // `restart` for ps:restart, `apps:list` for apps.
  const auto colon = verb.find(':');
  if (colon != std::string_view::npos) {
    far = std::min(far, 1 + distance(typed, verb.substr(colon + 1)));
  } else if (typed.substr(0, typed.find(':')) == verb) {
    far = std::min<std::size_t>(far, 2);
  }
  // A short word is within three changes of everything.
  return far > std::max<std::size_t>(1, typed.size() / 2) ? kFarthest + 1 : far;
}

}  // namespace

std::string usage(const Command& command) {
  std::string text(command.verb);
  const auto& all = command.operands;
  const std::size_t program = command.runs_program ? all.size() - 1 : all.size();
  for (std::size_t place = 0; place < program; ++place) {
    text += operand_usage(all[place]);
  }
  for (const Option& option : command.options) {
    text += option_usage(option);
  }
  text += kJsonUsage;
  return command.runs_program ? text + " --" + operand_usage(all.back()) : text;
}

std::span<const Command> command_table() {
  static const std::vector<Command> table = make_table();
  return table;
}

const Command* find_command(std::string_view verb) {
  for (const Command& command : command_table()) {
    if (command.verb == verb || (!command.alias.empty() && command.alias == verb)) {
      return &command;
    }
  }
  return nullptr;
}

std::vector<std::string_view> nearest_verbs(std::string_view verb) {
  constexpr std::size_t kMostVerbBytes = 64;
  constexpr std::size_t kMostSuggestions = 3;
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const Command& command : command_table()) {
    const std::size_t far = farness(verb.substr(0, kMostVerbBytes), command);
    if (far <= kFarthest) {
      near.emplace_back(far, command.verb);
    }
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> verbs;
  for (std::size_t i = 0; i < near.size() && i < kMostSuggestions; ++i) {
    verbs.push_back(near[i].second);
  }
  return verbs;
}

Error unknown_verb(std::string_view verb, std::string_view next_word) {
  constexpr std::size_t kMostShown = 40;
  const Error error{
      ErrorCode::InvalidInput,
      fmt::format("there is no command '{}'",
                  escape_controls(verb.substr(0, verb.find('=')).substr(0, kMostShown))),
      "list them: help", ""};
  const std::string joined = fmt::format("{}:{}", verb, next_word);
  if (!next_word.empty() && find_command(joined) != nullptr) {
    return error.with_hint(fmt::format("write it as one word: {}", joined));
  }
  const auto near = nearest_verbs(verb);
  if (near.empty()) {
    return error;
  }
  return error.with_hint(fmt::format("did you mean {}? All commands: help", fmt::join(near, ", ")));
}

}  // namespace minpaas::sshd::commands
