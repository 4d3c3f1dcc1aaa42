#include "core/app/shell_command.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace minpaas {
namespace {

constexpr std::string_view kBlanks = " \t";
/// Outside quotes these make something else of a command than a list of programs.
constexpr std::string_view kTooHard = "\n\r(){}`#";

// No programs: words of the shell's grammar (POSIX 2.4) and builtins that a process may begin with.
constexpr std::array kNoPrograms = {"!",     ".",    "case",   "cd",    "do",    "done",   "elif",
                                    "else",  "esac", "eval",   "exec",  "exit",  "export", "fi",
                                    "for",   "if",   "in",     "read",  "set",   "shift",  "source",
                                    "then",  "trap", "ulimit", "umask", "unset", "until",  "wait",
                                    "while", ":",    "command"};

/// Position after the quoted text, escape or plain character at `at`; absent when a quote is open.
std::optional<std::size_t> skip_one(std::string_view text, std::size_t at) {
  if (text[at] == '\\') {
    return at + 1 < text.size() ? std::optional(at + 2) : std::nullopt;
  }
  if (text[at] == '\'') {
    const auto end = text.find('\'', at + 1);
    return end == std::string_view::npos ? std::nullopt : std::optional(end + 1);
  }
  if (text[at] != '"') {
    return at + 1;
  }
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      return i + 1;
    }
    if (text[i] == '\\') {
      ++i;
    }
  }
  return std::nullopt;
}

/// Where the last command of a list begins: after the last `&&`, `||` or `;`. Absent: no list.
std::optional<std::size_t> last_command(std::string_view text) {
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool doubled = at + 1 < text.size() && text[at + 1] == c;
    // `2>&1` and `>|` are redirections, not a background job and a pipe.
    const bool redirects = at > 0 && (text[at - 1] == '>' || text[at - 1] == '<');
    if (c == ';' && !doubled) {
      start = ++at;
    } else if ((c == '&' || c == '|') && doubled) {
      start = at += 2;
    } else if (c == ';' || ((c == '&' || c == '|') && !redirects) ||
               kTooHard.find(c) != std::string_view::npos) {
      // `${NAME}` is the one brace that is no group.
      const bool expands = c == '{' && at > 0 && text[at - 1] == '$';
      const auto end = expands ? text.find('}', at) : std::string_view::npos;
      if (end == std::string_view::npos) {
        return std::nullopt;
      }
      at = end + 1;
    } else if (const auto next = skip_one(text, at)) {
      at = *next;
    } else {
      return std::nullopt;
    }
  }
  return start;
}

std::size_t end_of_word(std::string_view text, std::size_t at) {
  while (at < text.size() && kBlanks.find(text[at]) == std::string_view::npos) {
    at = skip_one(text, at).value_or(text.size());
  }
  return std::min(at, text.size());
}

/// `NAME=value`, which belongs to the program that follows it.
bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  return equals != std::string_view::npos && !name.empty() && (name[0] < '0' || name[0] > '9') &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

}  // namespace

std::string exec_last_program(std::string_view command) {
  auto at = last_command(command);
  while (at && (*at = command.find_first_not_of(kBlanks, *at)) != std::string_view::npos) {
    const std::size_t end = end_of_word(command, *at);
    const std::string_view word = command.substr(*at, end - *at);
    if (is_assignment(word)) {
      at = end;
      continue;
    }
    if (std::ranges::find(kNoPrograms, word) != kNoPrograms.end()) {
      break;
    }
    return std::string(command.substr(0, *at)) + "exec " + std::string(command.substr(*at));
  }
  return std::string(command);
}

}  // namespace minpaas
