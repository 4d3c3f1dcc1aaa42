#include "cmd/minpaas/own_words.h"

namespace minpaas::client {
namespace {

Error misuse(const CommandLine& line, const std::string& why) {
  return {ErrorCode::InvalidInput, line.verb + ": " + why, "more: minpaas help " + line.verb, ""};
}

}  // namespace

Result<OwnWords> read_own_words(const CommandLine& line) {
  OwnWords sorted;
  bool only_operands = false;
  for (std::size_t at = 0; at < line.words.size(); ++at) {
    const std::string& word = line.words[at];
    if (only_operands || word.size() < 2 || word.front() != '-') {
      sorted.operands.push_back(word);
      continue;
    }
    if (word == "--") {
      only_operands = true;
      continue;
    }
    const bool is_long = word.starts_with("--");
    const auto equals = is_long ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, is_long ? equals : 2);
    const VerbOption* option = is_long ? find_option(*line.known, std::string_view(name).substr(2))
                                       : find_option(*line.known, word[1]);
    if (option == nullptr) {
      return misuse(line, "there is no option " + name);
    }
    auto& values = sorted.options[std::string(option->name)];
    const bool has_value = is_long ? equals != std::string::npos : word.size() > 2;
    if (!option->takes_value && has_value) {
      return misuse(line, name + " takes no value");
    }
    if (option->takes_value && !has_value && at + 1 == line.words.size()) {
      return misuse(line, name + " wants a value");
    }
    if (!option->takes_value) {
      values.emplace_back();
    } else {
      values.push_back(has_value ? word.substr(is_long ? equals + 1 : 2) : line.words[++at]);
    }
  }
  if (line.known->most_words != kAnyNumber &&
      sorted.operands.size() > static_cast<std::size_t>(line.known->most_words)) {
    return misuse(line, "there are too many words");
  }
  return sorted;
}

}  // namespace minpaas::client
