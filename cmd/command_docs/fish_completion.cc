#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cmd/command_docs/writers.h"

namespace minpaas::command_docs {
namespace {

using sshd::commands::Option;

constexpr std::string_view kFunctions = R"fish(
# Prints the verb that was typed; fails while there is none.
function __minpaas_verb
    set -l words (commandline -opc)
    set -e words[1]
    set -l is_value no
    for word in $words
        if test $is_value = yes
            set is_value no
            continue
        end
        switch $word
            case {own}
                set is_value yes
            case '-*'
            case '*'
                echo $word
                return 0
        end
    end
    return 1
end

function __minpaas_is
    set -l verb (__minpaas_verb)
    and contains -- $verb $argv
    and not contains -- -- (commandline -opc)
end

complete -c minpaas -f
)fish";

std::string quoted(std::string_view text) {
  std::string escaped = "'";
  for (const char c : text) {
    escaped += c == '\'' || c == '\\' ? "\\" : "";
    escaped += c;
  }
  return escaped + "'";
}

std::string option_line(const Option& option, const std::string& condition) {
  std::string line = fmt::format("complete -c minpaas{} -l {}", condition, option.name);
  if (option.letter != 0) {
    line += fmt::format(" -s {}", option.letter);
  }
  if (option.name == "remote") {
    line += " -x -a '(git remote 2>/dev/null)'";
  } else if (const auto choices = choices_of(option.value); !choices.empty()) {
    line += fmt::format(" -x -a '{}'", fmt::join(choices, " "));
  } else if (!option.value.empty()) {
    line += " -x";
  }
  return fmt::format("{} -d {}\n", line, quoted(option.help));
}

std::string own_with_value() {
  std::string names;
  for (const Option& option : client_options()) {
    if (!option.value.empty()) {
      names += fmt::format("{}--{}", names.empty() ? "" : " ", option.name);
      names += option.letter == 0 ? "" : fmt::format(" -{}", option.letter);
    }
  }
  return names;
}

std::string of_page(const Page& page) {
  const std::string names = page.alias.empty() ? page.verb : page.verb + " " + page.alias;
  const std::string condition = fmt::format(" -n '__minpaas_is {}'", names);
  std::string text;
  for (const std::string& name : {page.verb, page.alias}) {
    if (!name.empty()) {
      text += fmt::format("complete -c minpaas -n 'not __minpaas_verb' -a {} -d {}\n", quoted(name),
                          quoted(page.summary));
      text += fmt::format("complete -c minpaas -n '__minpaas_is help' -a {} -d {}\n", quoted(name),
                          quoted(page.summary));
    }
  }
  for (const Option& option : page.options) {
    text += option_line(option, condition);
  }
  if (page.has_json) {
    text += fmt::format("complete -c minpaas{} -l json -d 'print JSON, for programs'\n", condition);
  }
  if (!page.choices.empty()) {
    text += fmt::format("complete -c minpaas{} -a '{}'\n", condition, fmt::join(page.choices, " "));
  }
  return text;
}

}  // namespace

std::string fish_completion(const std::vector<Page>& all) {
  std::string text = "# Made from the command table by cmd/command_docs.\n";
  text += kFunctions;
  constexpr std::string_view kPlace = "{own}";
  text.replace(text.find(kPlace), kPlace.size(), own_with_value());
  for (const Option& option : client_options()) {
    text += option_line(option, "");
  }
  for (const Page& page : all) {
    text += of_page(page);
  }
  return text;
}

}  // namespace minpaas::command_docs
