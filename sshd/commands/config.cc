#include <fmt/format.h>

#include <algorithm>

#include "core/base/shell_quote.h"
#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "sshd/commands/config_changes.h"
#include "sshd/commands/config_input.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/progress.h"
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

Error no_such_var(const AppName& app, const ConfigKey& key) {
  return {ErrorCode::NotFound, fmt::format("{} has no config var {}", app.str(), key.str()),
          fmt::format("list them: config {}", app.str()), ""};
}

Result<int> get(Invocation& call) {
  const AppName app = TRY(call.app());
  const ConfigKey key = TRY(parse_config_name(call.args.operand(1), "config:get"));
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
  const ConfigVars vars = TRY(read_config_changes(call, "config:set " + app.str()));
  std::vector<ConfigKey> keys;
  for (const auto& [key, value] : vars) {
    keys.push_back(key);
  }
  return change(call, app, vars, {}, fmt::format("Set {} in {}", names_of(keys), app.str()));
}

Result<int> unset(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto report = TRY(call.platform.app(call.actor, app));
  std::vector<ConfigKey> keys;
  for (const Word& word : call.args.operands_from(1)) {
    const ConfigKey key = TRY(parse_config_name(word.text, "config:unset"));
    if (std::find(report.config_keys.begin(), report.config_keys.end(), key) ==
        report.config_keys.end()) {
      return no_such_var(app, key);
    }
    keys.push_back(key);
  }
  return change(call, app, {}, keys, fmt::format("Unset {} in {}", names_of(keys), app.str()));
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
       .needs = AppRight::Deploy,
       .only_reads = true,
       .shows_values = true,
       .run = list},
      {.verb = "config:get",
       .summary = "Print the value of one config var",
       .operands = {kApp, {"KEY"}},
       .example = "blog DEBUG",
       .details = "Prints the bytes of the value and a line end.",
       .words_may_be_secret = true,
       .needs = AppRight::Deploy,
       .only_reads = true,
       .shows_values = true,
       .run = get},
      {.verb = "config:set",
       .summary = "Set config vars and restart",
       .operands = {kApp, {"KEY=VALUE", Arity::Several}},
       .example = "blog DEBUG=false WORKERS=2",
       .details = kSetDetails,
       .with_ssh = kSetWithSsh,
       .words_may_be_secret = true,
       .needs = AppRight::Deploy,
       .run = set},
      {.verb = "config:unset",
       .summary = "Remove config vars and restart",
       .operands = {kApp, {"KEY", Arity::Several}},
       .example = "blog DEBUG",
       .needs = AppRight::Deploy,
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
       .needs = AppRight::Deploy,
       .only_reads = true,
       .shows_values = true,
       .run = export_all},
  };
}

}  // namespace minpaas::sshd::commands
