#include "cmd/minpaas/app_words.h"

#include <algorithm>

namespace minpaas::client {
namespace {

constexpr std::size_t kMostCharacters = 30;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::vector<std::string> put_first(std::vector<std::string> put,
                                   const std::vector<std::string>& words) {
  put.insert(put.end(), words.begin(), words.end());
  return put;
}

}  // namespace

bool is_app_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostCharacters && is_lower(text.front()) &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower(c) || is_digit(c) || c == '-';
         });
}

std::string app_name_like(std::string_view text) {
  std::string name;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
    if (is_lower(c) || (is_digit(c) && !name.empty())) {
      name += c;
    } else if (!name.empty() && name.back() != '-' && !is_digit(c)) {
      name += '-';
    }
  }
  name.resize(std::min(name.size(), kMostCharacters));
  while (!name.empty() && name.back() == '-') {
    name.pop_back();
  }
  return name;
}

bool words_name_app(const CommandLine& line, std::string_view usual) {
  if (line.operands > 0 && line.first_operand == usual) {
    return true;
  }
  return line.known->most_words != kAnyNumber && line.operands >= line.known->most_words;
}

Result<std::vector<std::string>> with_app(const CommandLine& line,
                                          const std::optional<std::string>& usual) {
  const auto& chosen = line.options.app;
  if (chosen && !is_app_name(*chosen)) {
    return Error{ErrorCode::InvalidInput, "--app is no valid app name",
                 "use 1 to 30 of a-z, 0-9 and -, beginning with a letter and not ending with -",
                 ""};
  }
  // Of a verb that is not in the table it is not known whether it wants the usual one.
  const AppPlace place = line.known != nullptr ? line.known->app
                         : chosen              ? AppPlace::First
                                               : AppPlace::None;
  if (place == AppPlace::None && chosen) {
    return Error{ErrorCode::InvalidInput, line.verb + " is not about one app",
                 "leave out --app; more: minpaas help " + line.verb, ""};
  }
  if (place == AppPlace::None || (!chosen && !usual)) {
    return line.words;
  }
  if (place == AppPlace::Option) {
    return put_first({"--app", chosen ? *chosen : *usual}, line.words);
  }
  if (!chosen && words_name_app(line, *usual)) {
    return line.words;
  }
  return put_first({chosen ? *chosen : *usual}, line.words);
}

std::vector<std::string> with_confirmation(const CommandLine& line,
                                           std::vector<std::string> words) {
  const bool is_said = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.rfind("--confirm", 0) == 0;
  });
  const std::string& named = line.options.app ? *line.options.app : line.first_operand;
  if (line.verb == "delete" && !is_said && is_app_name(named)) {
    words.insert(words.end(), {"--confirm", named});
  }
  return words;
}

}  // namespace minpaas::client
