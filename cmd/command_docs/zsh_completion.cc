#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cmd/command_docs/writers.h"

namespace minpaas::command_docs {
namespace {

using sshd::commands::Option;

constexpr std::string_view kRemotes = R"zsh(
_minpaas_remotes() {
  local -a remotes
  remotes=(${(f)"$(git remote 2>/dev/null)"})
  _describe 'git remote' remotes
}
)zsh";

constexpr std::string_view kWhole = R"zsh(
_minpaas() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a own
  _minpaas_own
  _arguments -C -S $own '1: :_minpaas_verb' '*:: :->words'
  if [[ $state == words ]]; then
    curcontext=${curcontext%:*}-$words[1]:
    _minpaas_words $words[1]
  fi
}

_minpaas "$@"
)zsh";

/// For a text in single quotes in which the characters of `special` have a meaning.
std::string quoted(std::string_view text, std::string_view special) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      escaped += special.find(c) == std::string_view::npos ? "" : "\\";
      escaped += c;
    }
  }
  return escaped;
}

std::string value_of(const Option& option) {
  if (option.value.empty()) {
    return "";
  }
  if (option.name == "remote") {
    return ":NAME:_minpaas_remotes";
  }
  const auto choices = choices_of(option.value);
  return fmt::format(":{}:{}", quoted(option.value, ":[]\\"),
                     choices.empty() ? " " : fmt::format("({})", fmt::join(choices, " ")));
}

/// What `_arguments` wants to know, one word for each spelling; they exclude each other unless the
/// option is repeated.
std::string specs(const Option& option) {
  const std::string lasts =
      option.letter == 0 ? "" : fmt::format("(--{} -{})", option.name, option.letter);
  const std::string before = option.repeated ? "*" : lasts;
  const std::string after = fmt::format("[{}]{}", quoted(option.help, ":[]\\"), value_of(option));
  const bool has_value = !option.value.empty();
  std::string text =
      fmt::format("    '{}--{}{}{}'\n", before, option.name, has_value ? "=" : "", after);
  if (option.letter != 0) {
    text += fmt::format("    '{}-{}{}{}'\n", before, option.letter, has_value ? "+" : "", after);
  }
  return text;
}

std::string verb_case(const Page& page) {
  std::string text =
      fmt::format("    {}{}) specs=(\n", page.verb, page.alias.empty() ? "" : "|" + page.alias);
  for (const Option& option : page.options) {
    text += specs(option);
  }
  if (page.has_json) {
    text += "    '--json[print JSON, for programs]'\n";
  }
  if (page.verb == "help") {
    text += "    '1: :_minpaas_verb'\n";
  } else if (page.runs_program) {
    text += "    '*:::command:_normal'\n";
  } else if (!page.choices.empty()) {
    text += fmt::format("    '*: :({})'\n", fmt::join(page.choices, " "));
  } else {
    text += "    '*: : '\n";
  }
  return text + "    ) ;;\n";
}

}  // namespace

std::string zsh_completion(const std::vector<Page>& all) {
  std::string text = "#compdef minpaas\n# Made from the command table by cmd/command_docs.\n";
  text += kRemotes;
  text += "\n_minpaas_verb() {\n  local -a verbs\n  verbs=(\n";
  for (const Page& page : all) {
    for (const std::string& name : {page.verb, page.alias}) {
      if (!name.empty()) {
        text += fmt::format("    '{}:{}'\n", quoted(name, ":\\"), quoted(page.summary, "\\"));
      }
    }
  }
  text += "  )\n  _describe command verbs\n}\n\n_minpaas_own() {\n  own=(\n";
  for (const Option& option : client_options()) {
    text += specs(option);
  }
  text += "  )\n}\n\n_minpaas_words() {\n  local -a specs\n  case $1 in\n";
  for (const Page& page : all) {
    text += verb_case(page);
  }
  return text + "    *) specs=('*: : ') ;;\n  esac\n  _arguments -S $own $specs\n}\n" +
         std::string(kWhole);
}

}  // namespace minpaas::command_docs
