#include "sshd/commands/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/text.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Option kJson{"json", 0, "", "print JSON"};
constexpr Option kHelp{"help", 'h', "", "explain the command"};

Error misuse(const Command& command, std::string_view why) {
  return {ErrorCode::InvalidInput, fmt::format("{}: {}", command.verb, why),
          fmt::format("usage: {}   (more: help {})", usage(command), command.verb), ""};
}

Error no_option(const Command& command, std::string_view typed) {
  return misuse(command, command.words_may_be_secret
                             ? "a word that begins with - is no option of it"
                             : fmt::format("there is no option {}", escape_controls(typed)));
}

template <typename Matches>
const Option* find_option(const Command& command, Matches matches) {
  const auto found = std::find_if(command.options.begin(), command.options.end(), matches);
  if (found != command.options.end()) {
    return &*found;
  }
  for (const Option* option : {&kJson, &kHelp}) {
    if (matches(*option)) {
      return option;
    }
  }
  return nullptr;
}

std::string article(std::string_view name) {
  return std::string_view("AEIOU").find(name.front()) == std::string_view::npos ? "a" : "an";
}

}  // namespace

Result<Arguments> Arguments::parse(const Command& command, std::span<const Word> words) {
  Arguments arguments;
  bool only_operands = false;
  while (!words.empty()) {
    const std::string_view word = words.front().text;
    if (only_operands || word.size() < 2 || word.front() != '-') {
      arguments.operands_.push_back(words.front());
      words = words.subspan(1);
      only_operands = only_operands || (command.runs_program &&
                                        arguments.operands_.size() == command.operands.size());
      continue;
    }
    words = words.subspan(1);
    if (word == "--") {
      only_operands = true;
    } else if (word.starts_with("--")) {
      TRY(arguments.take_long(command, word.substr(2), words));
    } else {
      TRY(arguments.take_letters(command, word.substr(1), words));
    }
  }
  if (!arguments.has("help")) {
    TRY(arguments.check(command));
  }
  return arguments;
}

Result<void> Arguments::take_long(const Command& command, std::string_view word,
                                  std::span<const Word>& rest) {
  const auto equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const Option* option =
      find_option(command, [&](const Option& known) { return known.name == name; });
  if (option == nullptr) {
    return no_option(command, fmt::format("--{}", name));
  }
  const bool has_value = equals != std::string_view::npos;
  if (option->value.empty() && has_value) {
    return misuse(command, fmt::format("--{} takes no value", name));
  }
  if (!option->value.empty() && !has_value && rest.empty()) {
    return misuse(command, fmt::format("--{} wants a value, {}", name, option->value));
  }
  if (option->value.empty()) {
    options_[std::string(name)].emplace_back();
  } else if (has_value) {
    options_[std::string(name)].emplace_back(word.substr(equals + 1));
  } else {
    options_[std::string(name)].push_back(rest.front().text);
    rest = rest.subspan(1);
  }
  return {};
}

Result<void> Arguments::take_letters(const Command& command, std::string_view letters,
                                     std::span<const Word>& rest) {
  while (!letters.empty()) {
    const char letter = letters.front();
    letters.remove_prefix(1);
    const Option* option =
        find_option(command, [&](const Option& known) { return known.letter == letter; });
    if (option == nullptr) {
      return no_option(command, fmt::format("-{}", letter));
    }
    const std::string name(option->name);
    if (option->value.empty()) {
      options_[name].emplace_back();
    } else if (!letters.empty()) {
      options_[name].emplace_back(letters);
      return {};
    } else if (rest.empty()) {
      return misuse(command, fmt::format("-{} wants a value, {}", letter, option->value));
    } else {
      options_[name].push_back(rest.front().text);
      rest = rest.subspan(1);
    }
  }
  return {};
}

Result<void> Arguments::check(const Command& command) const {
  std::size_t most = 0;
  for (std::size_t place = 0; place < command.operands.size(); ++place) {
    const Operand& operand = command.operands[place];
    const bool takes_all = operand.arity == Arity::Several || operand.arity == Arity::Any;
    const bool may_miss = operand.arity == Arity::Optional || operand.arity == Arity::Any;
    most = takes_all ? operands_.size() : place + 1;
    if (!may_miss && operands_.size() <= place) {
      return misuse(command, fmt::format("{} {} is missing", article(operand.name), operand.name));
    }
  }
  if (operands_.size() > most) {
    // The one too many is not said: it may be a secret in the wrong place.
    Error error = misuse(command, fmt::format("it takes {} word{}, not {}", most,
                                              most == 1 ? "" : "s", operands_.size()));
    return command.when_too_many.empty() ? error : error.with_hint(command.when_too_many);
  }
  return {};
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::vector<std::string>() : found->second;
}

const std::string& Arguments::operand(std::size_t place) const {
  if (place >= operands_.size()) {
    std::abort();
  }
  return operands_[place].text;
}

std::optional<std::string> Arguments::optional_operand(std::size_t place) const {
  return place < operands_.size() ? std::optional(operands_[place].text) : std::nullopt;
}

std::span<const Word> Arguments::operands_from(std::size_t place) const {
  return std::span(operands_).subspan(std::min(place, operands_.size()));
}

bool asks_for(std::string_view option, std::span<const Word> words) {
  for (const Word& word : words) {
    if (word.text == "--") {
      return false;
    }
    if (word.text.starts_with("--") && std::string_view(word.text).substr(2) == option) {
      return true;
    }
  }
  return false;
}

}  // namespace minpaas::sshd::commands
