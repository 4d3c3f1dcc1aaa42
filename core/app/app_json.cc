#include <fmt/format.h>

#include "core/app/app_json_checks.h"
#include "core/app/manifest.h"
#include "core/base/text.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostProcessTypes = 100;
constexpr std::size_t kMostVars = 500;
constexpr std::size_t kMostCronEntries = 100;

/// `what` is the part of the document that `key` stands in: a bad process type is its error.
Result<ProcessType> process_type(const std::string& key, const JsonValue& value) {
  auto type = ProcessType::parse(key);
  return type ? type : value.wrong(type.error().message);
}

Result<std::string> find_script(const JsonValue& scripts, std::string_view key) {
  const auto text = TRY(scripts.find_text(key));
  return text ? std::string(trim(*text)) : std::string();
}

Result<Scripts> read_scripts(const JsonValue& value) {
  Scripts scripts;
  scripts.predeploy = TRY(find_script(value, "predeploy"));
  scripts.first_postdeploy = TRY(find_script(value, "postdeploy"));
  const auto dokku = TRY(value.find("dokku"));
  if (!dokku) {
    return scripts;
  }
  const auto predeploy = TRY(find_script(*dokku, "predeploy"));
  scripts.predeploy = predeploy.empty() ? scripts.predeploy : predeploy;
  scripts.postdeploy = TRY(find_script(*dokku, "postdeploy"));
  return scripts;
}

Result<WebProtocol> read_protocol(const JsonValue& value) {
  const std::string text = TRY(value.text());
  if (text != "http1" && text != "h2c") {
    return value.must_be("http1 or h2c");
  }
  return text == "h2c" ? WebProtocol::H2c : WebProtocol::Http1;
}

Result<Formation> read_formation(const JsonValue& value) {
  Formation formation;
  for (const auto& [key, entry] : TRY(value.members(kMostProcessTypes))) {
    const ProcessType type = TRY(process_type(key, entry));
    const auto quantity = TRY(entry.find_number("quantity", 0, kMostProcesses));
    if (quantity) {
      formation.emplace(type, *quantity);
    }
  }
  return formation;
}

Result<std::map<ProcessType, std::vector<HealthCheck>>> read_healthchecks(const JsonValue& value) {
  std::map<ProcessType, std::vector<HealthCheck>> all;
  for (const auto& [key, entry] : TRY(value.members(kMostProcessTypes))) {
    const ProcessType type = TRY(process_type(key, entry));
    auto checks = TRY(read_checks(entry));
    if (!checks.empty()) {
      all.emplace(type, std::move(checks));
    }
  }
  return all;
}

Result<CronEntry> read_cron_entry(const JsonValue& value) {
  const auto command = TRY(value.find_text("command"));
  if (!command || trim(*command).empty()) {
    return value.wrong("command is missing");
  }
  const auto schedule = TRY(value.find("schedule"));
  if (!schedule) {
    return value.wrong("schedule is missing");
  }
  const auto parsed = CronSchedule::parse(TRY(schedule->text()));
  if (!parsed) {
    return schedule->wrong(parsed.error().message).with_hint(parsed.error().hint);
  }
  return CronEntry{*parsed, std::string(trim(*command))};
}

Result<std::vector<CronEntry>> read_cron(const JsonValue& value) {
  std::vector<CronEntry> entries;
  for (const JsonValue& item : TRY(value.items(kMostCronEntries))) {
    entries.push_back(TRY(read_cron_entry(item)));
  }
  return entries;
}

Result<WantedVar> read_var(const ConfigKey& key, const JsonValue& entry) {
  if (entry.is_text()) {
    const auto text = TRY(entry.text());
    const auto value = TRY(parse_config_value(key, text));
    return WantedVar{WantedVar::Source::Default, value, ""};
  }
  WantedVar wanted;
  wanted.description = TRY(entry.find_text("description")).value_or("");
  const bool required = TRY(entry.find_flag("required")).value_or(true);
  const auto generator = TRY(entry.find("generator"));
  const auto value = TRY(entry.find_text("value"));
  if (generator) {
    if (TRY(generator->text()) != "secret") {
      return generator->must_be("secret");
    }
    wanted.source = WantedVar::Source::Generated;
  } else if (value) {
    wanted.source = WantedVar::Source::Default;
    wanted.value = TRY(parse_config_value(key, *value));
  } else {
    wanted.source = required ? WantedVar::Source::Required : WantedVar::Source::Optional;
  }
  return wanted;
}

Result<std::map<ConfigKey, WantedVar>> read_env(const JsonValue& value) {
  std::map<ConfigKey, WantedVar> vars;
  for (const auto& [name, entry] : TRY(value.members(kMostVars))) {
    const auto key = ConfigKey::parse(name);
    if (!key) {
      return entry.wrong(key.error().message);
    }
    vars.emplace(*key, TRY(read_var(*key, entry)));
  }
  return vars;
}

/// Reads the member of the document with `read` into `into`.
template <typename T>
Result<void> read_part(const JsonValue& document, std::string_view key,
                       Result<T> (*read)(const JsonValue&), T& into) {
  const auto part = TRY(document.find(key));
  if (part) {
    into = TRY(read(*part));
  }
  return {};
}

}  // namespace

Result<AppJson> parse_app_json(std::string_view text) {
  if (text.size() > kMostAppJsonBytes) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("app.json is larger than {}", format_bytes(kMostAppJsonBytes)), "",
                 ""};
  }
  const Json json = TRY(JsonValue::parse(text));
  const JsonValue document(json, "");
  AppJson app_json;
  Manifest& manifest = app_json.manifest;
  TRY(read_part(document, "healthchecks", read_healthchecks, manifest.healthchecks));
  TRY(read_part(document, "scripts", read_scripts, manifest.scripts));
  TRY(read_part(document, "formation", read_formation, manifest.formation));
  TRY(read_part(document, "cron", read_cron, manifest.cron));
  TRY(read_part(document, "protocol", read_protocol, manifest.protocol));
  TRY(read_part(document, "env", read_env, app_json.env));
  return app_json;
}

}  // namespace minpaas
