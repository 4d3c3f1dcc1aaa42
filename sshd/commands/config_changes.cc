#include "sshd/commands/config_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "sshd/commands/config_input.h"

namespace minpaas::sshd::commands {
namespace {

/// `KEY=-`: the place of a value that comes whole on standard input.
bool takes_input(const Word& word) {
  return word.text.size() > 2 && word.text.ends_with("=-") &&
         word.text.find('=') == word.text.size() - 2;
}

/// One line end at the end goes: `echo` puts it there, and no value wants it.
std::string without_last_line_end(std::string text) {
  if (text.ends_with('\n')) {
    text.pop_back();
    if (text.ends_with('\r')) {
      text.pop_back();
    }
  }
  return text;
}

Result<ConfigVars> read_lines(Invocation& call, const std::string& command) {
  const std::string text = TRY(call.read_input(kMostConfigInputBytes, "the list of config vars"));
  ConfigVars vars = TRY(parse_config_lines(text));
  if (vars.empty()) {
    return Error{ErrorCode::InvalidInput, "there is no KEY=VALUE on standard input",
                 fmt::format("send a file: ssh minpaas {} - < .env", command), ""};
  }
  call.on_record = fmt::format(
      "{}", fmt::join(vars | std::views::transform([](const auto& var) { return var.first.str(); }),
                      " "));
  return vars;
}

}  // namespace

Result<ConfigKey> parse_config_name(const std::string& word, std::string_view verb) {
  if (word.find('=') != std::string::npos) {
    return Error{ErrorCode::InvalidInput, fmt::format("{} takes names without =VALUE", verb), "",
                 ""};
  }
  return ConfigKey::parse(word);
}

std::string names_of(const std::vector<ConfigKey>& keys) {
  std::string text;
  for (const ConfigKey& key : keys) {
    text += (text.empty() ? "" : ", ") + key.str();
  }
  return text;
}

Result<ConfigVars> read_config_changes(Invocation& call, const std::string& command) {
  const auto words = call.args.operands_from(1);
  const bool lines =
      std::any_of(words.begin(), words.end(), [](const Word& word) { return word.text == "-"; });
  const auto inputs = std::count_if(words.begin(), words.end(), takes_input);
  if ((lines && words.size() > 1) || inputs > 1) {
    return Error{ErrorCode::InvalidInput, "standard input can be used only once",
                 "either - alone, or one KEY=- beside other KEY=VALUE", ""};
  }
  if (lines) {
    return read_lines(call, command);
  }
  ConfigVars vars = TRY(parse_assignments(words, command));
  const auto from_input = std::find_if(words.begin(), words.end(), takes_input);
  if (from_input != words.end()) {
    const std::string_view name(from_input->text.data(), from_input->text.size() - 2);
    const ConfigKey key = TRY(ConfigKey::parse(name));
    const std::string text =
        TRY(call.read_input(kMostConfigInputBytes, "the value of " + key.str()));
    vars.at(key) = TRY(parse_config_value(key, without_last_line_end(text)));
  }
  return vars;
}

}  // namespace minpaas::sshd::commands
