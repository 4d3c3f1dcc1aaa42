#include <fmt/format.h>

#include <algorithm>

#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "sshd/commands/config_input.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/progress.h"
#include "sshd/commands/shell_quote.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

Json to_json(const ConfigVars& vars) {
  Json json = Json::object();
  for (const auto& [key, value] : vars) {
    json[key.str()] = value.reveal();
  }
  return json;
}

std::string names(const std::vector<ConfigKey>& keys) {
  std::string text;
  for (const ConfigKey& key : keys) {
    text += (text.empty() ? "" : ", ") + key.str();
  }
  return text;
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const ConfigVars vars = TRY(call.platform.config(call.actor, app));
  if (call.out.is_json()) {
    call.out.json(to_json(vars));
    return 0;
  }
  if (vars.empty()) {
    call.out.note(fmt::format("{} has no config vars; to set one: config:set {} KEY=VALUE",
                              app.str(), app.str()));
    return 0;
  }
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [key, value] : vars) {
    fields.emplace_back(key.str(), value.reveal());
  }
  call.out.data(format_fields(fields));
  return 0;
}

/// A name, where people may have typed a whole KEY=VALUE, which is then not repeated.
Result<ConfigKey> parse_name(const std::string& word, std::string_view verb) {
  if (word.find('=') != std::string::npos) {
    return Error{ErrorCode::InvalidInput, fmt::format("{} takes names without =VALUE", verb), "",
                 ""};
  }
  return ConfigKey::parse(word);
}

Error no_such_var(const AppName& app, const ConfigKey& key) {
  return {ErrorCode::NotFound, fmt::format("{} has no config var {}", app.str(), key.str()),
          fmt::format("list them: config {}", app.str()), ""};
}

Result<int> get(Invocation& call) {
  const AppName app = TRY(call.app());
  const ConfigKey key = TRY(parse_name(call.args.operand(1), "config:get"));
  const ConfigVars vars = TRY(call.platform.config(call.actor, app));
  const auto found = vars.find(key);
  if (found == vars.end()) {
    return no_such_var(app, key);
  }
  const std::string& value = found->second.reveal();
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"key", key.str()}, {"value", value}});
    return 0;
  }
  if (!call.has_terminal) {
    call.out.data(value + "\n");
    return 0;
  }
  for (const std::string_view line : split(value, '\n')) {
    call.out.data(sanitize_terminal(line) + "\n");
  }
  return 0;
}

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

Result<ConfigVars> read_lines(Invocation& call) {
  const std::string text = TRY(call.read_input(kMostConfigInputBytes, "the list of config vars"));
  ConfigVars vars = TRY(parse_config_lines(text));
  if (vars.empty()) {
    return Error{ErrorCode::InvalidInput, "there is no KEY=VALUE on standard input",
                 "send a file: ssh minpaas config:set blog - < .env", ""};
  }
  return vars;
}

/// All changes that the arguments and standard input ask for.
Result<ConfigVars> read_changes(Invocation& call, const AppName& app) {
  const auto words = call.args.operands_from(1);
  const bool lines =
      std::any_of(words.begin(), words.end(), [](const Word& word) { return word.text == "-"; });
  const auto inputs = std::count_if(words.begin(), words.end(), takes_input);
  if ((lines && words.size() > 1) || inputs > 1) {
    return Error{ErrorCode::InvalidInput, "standard input can be used only once",
                 "either - alone, or one KEY=- beside other KEY=VALUE", ""};
  }
  if (lines) {
    return read_lines(call);
  }
  ConfigVars vars = TRY(parse_assignments(words, app.str()));
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

Result<int> change(Invocation& call, const AppName& app, const ConfigVars& set,
                   const std::vector<ConfigKey>& unset, std::string done) {
  const Deed deed{.done = std::move(done),
                  .noun = "config change",
                  .untouched = "the config is as before and the old release goes on serving"};
  const auto outcome =
      call.platform.change_config(call.actor, app, set, unset, show_progress(call));
  return report_outcome(call, app, deed, outcome);
}

Result<int> set(Invocation& call) {
  const AppName app = TRY(call.app());
  const ConfigVars vars = TRY(read_changes(call, app));
  std::vector<ConfigKey> keys;
  for (const auto& [key, value] : vars) {
    keys.push_back(key);
  }
  return change(call, app, vars, {}, fmt::format("Set {} in {}", names(keys), app.str()));
}

Result<int> unset(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto report = TRY(call.platform.app(call.actor, app));
  std::vector<ConfigKey> keys;
  for (const Word& word : call.args.operands_from(1)) {
    const ConfigKey key = TRY(parse_name(word.text, "config:unset"));
    if (std::find(report.config_keys.begin(), report.config_keys.end(), key) ==
        report.config_keys.end()) {
      return no_such_var(app, key);
    }
    keys.push_back(key);
  }
  return change(call, app, {}, keys, fmt::format("Unset {} in {}", names(keys), app.str()));
}

Result<int> export_all(Invocation& call) {
  const std::string format =
      call.args.value("format").value_or(call.out.is_json() ? "json" : "env");
  if (format != "shell" && format != "json" && format != "env") {
    return Error{ErrorCode::InvalidInput, "--format is shell, json or env", "", ""};
  }
  if (call.out.is_json() && format != "json") {
    return Error{ErrorCode::InvalidInput, "--json and --format " + format + " exclude each other",
                 "", ""};
  }
  const AppName app = TRY(call.app());
  const ConfigVars vars = TRY(call.platform.config(call.actor, app));
  if (format == "json") {
    call.out.json(to_json(vars));
    return 0;
  }
  std::string text;
  for (const auto& [key, value] : vars) {
    text += format == "env" ? format_config_line(key, value)
                            : fmt::format("export {}={}\n", key.str(), shell_quote(value.reveal()));
  }
  call.out.data(text);
  return 0;
}

constexpr std::string_view kSetDetails =
    "All changes together make one release, and the app restarts without a build. Exit status 0\n"
    "means that the app serves with the new config; else the config and the release are as "
    "before.\n"
    "Values are never shown again by this command.\n"
    "\n"
    "Standard input is read for - and KEY=-, up to 64 KiB a value, any bytes but NUL:\n"
    "  ssh minpaas config:set blog TLS_KEY=- < key.pem    all of the input is one value; one line\n"
    "                                                     end at its end is dropped\n"
    "  ssh minpaas config:set blog - < .env               KEY=VALUE lines; # comments; a value "
    "that\n"
    "                                                     begins with ' or \" may span lines";

constexpr std::string_view kSetWithSsh =
    "Your own shell takes one pair of quotes off. A value with blanks, quotes, $ or line ends "
    "needs\n"
    "a second pair, or comes on standard input:\n"
    "  ssh minpaas \"config:set blog GREETING='hello world'\"";

}  // namespace

std::vector<Command> config_commands() {
  return {
      {.verb = "config",
       .summary = "List the config vars of an app",
       .operands = {kApp},
       .example = "blog",
       .details =
           "Control characters in values are shown as \\n, \\t, \\x1b; config:get prints the\n"
           "exact bytes.",
       .only_reads = true,
       .run = list},
      {.verb = "config:get",
       .summary = "Print the value of one config var",
       .operands = {kApp, {"KEY"}},
       .example = "blog DEBUG",
       .details = "Prints the bytes of the value and a line end.",
       .words_may_be_secret = true,
       .only_reads = true,
       .run = get},
      {.verb = "config:set",
       .summary = "Set config vars and restart",
       .operands = {kApp, {"KEY=VALUE", Arity::Several}},
       .example = "blog DEBUG=false WORKERS=2",
       .details = kSetDetails,
       .with_ssh = kSetWithSsh,
       .words_may_be_secret = true,
       .run = set},
      {.verb = "config:unset",
       .summary = "Remove config vars and restart",
       .operands = {kApp, {"KEY", Arity::Several}},
       .example = "blog DEBUG",
       .run = unset},
      {.verb = "config:export",
       .summary = "Print all config vars for another program",
       .operands = {kApp},
       .options = {{"format", 0, "shell|json|env", "env unless said otherwise"}},
       .example = "blog --format env > .env",
       .details = "env:   KEY=VALUE lines, in quotes where they have to be; config:set APP - reads "
                  "them back\n"
                  "shell: export KEY='VALUE' lines for eval; config:set APP - reads them back too\n"
                  "json:  one object; bytes that are no UTF-8 are replaced",
       .only_reads = true,
       .run = export_all},
  };
}

}  // namespace minpaas::sshd::commands
