#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cmd/command_docs/writers.h"

namespace minpaas::command_docs {
namespace {

using sshd::commands::Option;

/// The line is taken apart here: bash's own words end at the colon of `config:set`, and at `=`.
constexpr std::string_view kFunctions = R"sh(
# Not compgen -W, which would run what is in the name of a git remote.
_minpaas_reply() {
  local word
  COMPREPLY=()
  for word in $1; do
    if [[ $word == "$2"* ]]; then
      COMPREPLY+=("$word")
    fi
  done
}

_minpaas() {
  local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} cur='' prev='' verb='' word candidates=''
  local -a words
  read -ra words <<<"$line"
  if [[ $line == *[[:space:]] ]]; then
    words+=('')
  fi
  cur=${words[-1]}
  local place=1 last=$((${#words[@]} - 1)) ended=''
  while ((place < last)); do
    word=${words[place]}
    prev=''
    if [[ $word == -- ]]; then
      ended=yes
    elif [[ $word == -* ]] && _minpaas_takes_value "$verb" "$word"; then
      prev=$word
      ((place++))
    elif [[ $word != -* && -z $verb ]]; then
      verb=$word
    fi
    ((place++))
  done
  # The value of an option: it stands by itself, or behind its `=`.
  local value=$cur option=''
  if ((place > last)) && [[ -n $prev ]]; then
    option=$prev
  elif [[ $cur == --*=* ]]; then
    option=${cur%%=*}
    value=${cur#*=}
  fi
  COMPREPLY=()
  if [[ -n $ended ]]; then
    return
  elif [[ -n $option ]]; then
    case $option in
      --remote) candidates=$(git remote 2>/dev/null) ;;
      *) candidates=$(_minpaas_values "$verb" "$option") ;;
    esac
    _minpaas_reply "$candidates" "$value"
    if [[ $option != "$prev" && $COMP_WORDBREAKS != *=* ]]; then
      COMPREPLY=("${COMPREPLY[@]/#/$option=}")
    fi
    return
  elif [[ $cur == -* ]]; then
    candidates="$_minpaas_own $(_minpaas_options "$verb")"
  elif [[ -z $verb || $verb == help ]]; then
    candidates=$_minpaas_verbs
  else
    candidates=$(_minpaas_words "$verb")
  fi
  _minpaas_reply "$candidates" "$cur"
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}")
  fi
}
complete -F _minpaas minpaas
)sh";

std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> all{fmt::format("--{}", option.name)};
  if (option.letter != 0) {
    all.push_back(fmt::format("-{}", option.letter));
  }
  return all;
}

std::string names_of(const Page& page) {
  return page.alias.empty() ? page.verb : fmt::format("{}|{}", page.verb, page.alias);
}

std::vector<std::string> all_options(const Page& page) {
  std::vector<std::string> all;
  for (const Option& option : page.options) {
    for (std::string& spelling : spellings(option)) {
      all.push_back(std::move(spelling));
    }
  }
  if (page.has_json) {
    all.emplace_back("--json");
  }
  return all;
}

/// `function NAME` that prints, by verb, what `line_of` has; nothing for an empty line.
template <typename LineOf>
std::string by_verb(const std::vector<Page>& all, std::string_view name, LineOf line_of) {
  std::string text = fmt::format("\n{}() {{\n  case $1 in\n", name);
  for (const Page& page : all) {
    if (const std::string line = line_of(page); !line.empty()) {
      text += fmt::format("    {}) echo '{}' ;;\n", names_of(page), line);
    }
  }
  return text + "  esac\n}\n";
}

std::string takes_value(const std::vector<Page>& all) {
  std::string cases;
  const auto add = [&](std::string_view verb, const Option& option) {
    for (const std::string& spelling : spellings(option)) {
      if (!option.value.empty()) {
        cases += fmt::format("{}'{} {}'", cases.empty() ? "" : " | ", verb, spelling);
      }
    }
  };
  std::string own;
  for (const Option& option : client_options()) {
    for (const std::string& spelling : spellings(option)) {
      if (!option.value.empty()) {
        own += fmt::format("{}{}", own.empty() ? "" : " | ", spelling);
      }
    }
  }
  for (const Page& page : all) {
    for (const Option& option : page.options) {
      add(page.verb, option);
    }
  }
  // An option that the verb has for itself counts first: `builds -a` takes none.
  return fmt::format(
      "\n_minpaas_takes_value() {{\n"
      "  case \" $(_minpaas_options \"$1\") \" in\n"
      "    *\" $2 \"*) ;;\n"
      "    *) case $2 in {}) return 0 ;; *) return 1 ;; esac ;;\n"
      "  esac\n"
      "  case \"$1 $2\" in\n    {}) return 0 ;;\n    *) return 1 ;;\n  esac\n}}\n",
      own, cases);
}

std::string values(const std::vector<Page>& all) {
  std::string text = "\n_minpaas_values() {\n  case \"$1 $2\" in\n";
  for (const Page& page : all) {
    for (const Option& option : page.options) {
      const auto choices = choices_of(option.value);
      for (const std::string& spelling : spellings(option)) {
        if (!choices.empty()) {
          text += fmt::format("    '{} {}') echo '{}' ;;\n", page.verb, spelling,
                              fmt::join(choices, " "));
        }
      }
    }
  }
  return text + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(const std::vector<Page>& all) {
  std::vector<std::string> verbs;
  for (const Page& page : all) {
    verbs.push_back(page.verb);
    if (!page.alias.empty()) {
      verbs.push_back(page.alias);
    }
  }
  std::vector<std::string> own;
  for (const Option& option : client_options()) {
    own.push_back(spellings(option).front());
  }
  return fmt::format(
             "# Made from the command table by cmd/command_docs.\n\n_minpaas_verbs='{}'\n"
             "_minpaas_own='{}'\n",
             fmt::join(verbs, "\n"), fmt::join(own, " ")) +
         by_verb(all, "_minpaas_options",
                 [](const Page& page) {
                   return fmt::format("{}", fmt::join(all_options(page), " "));
                 }) +
         by_verb(all, "_minpaas_words",
                 [](const Page& page) { return fmt::format("{}", fmt::join(page.choices, " ")); }) +
         takes_value(all) + values(all) + std::string(kFunctions);
}

}  // namespace minpaas::command_docs
