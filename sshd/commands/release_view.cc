#include "sshd/commands/release_view.h"

#include <fmt/format.h>

#include <set>

#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kShownImageCharacters = sizeof("sha256:0123456789ab") - 1;

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

std::string short_image(const ImageId& image) {
  return image.value.substr(0, kShownImageCharacters);
}

std::string short_commit(const std::optional<Oid>& commit) {
  return commit ? commit->short_hex() : "-";
}

std::string join(const std::vector<ConfigKey>& keys) {
  std::string text;
  for (const ConfigKey& key : keys) {
    text += (text.empty() ? "" : " ") + key.str();
  }
  return text;
}

Json json_keys(const std::vector<ConfigKey>& keys) {
  Json all = Json::array();
  for (const ConfigKey& key : keys) {
    all.push_back(key.str());
  }
  return all;
}

Json json_formation(const Formation& formation) {
  Json all = Json::object();
  for (const auto& [type, quantity] : formation) {
    all[type.str()] = quantity;
  }
  return all;
}

Json json_commits(const std::vector<git::CommitSummary>& commits) {
  Json all = Json::array();
  for (const auto& commit : commits) {
    all.push_back(
        {{"commit", commit.id.hex()}, {"author", commit.author}, {"subject", commit.subject}});
  }
  return all;
}

template <typename Value>
std::optional<Value> find_in(const std::map<ProcessType, Value>& map, const ProcessType& type) {
  const auto found = map.find(type);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

/// Process types whose value is not the same in both, with both values.
template <typename Value>
std::map<ProcessType, std::pair<std::optional<Value>, std::optional<Value>>> differing(
    const std::map<ProcessType, Value>& before, const std::map<ProcessType, Value>& after) {
  std::set<ProcessType> types;
  for (const auto* map : {&before, &after}) {
    for (const auto& [type, value] : *map) {
      types.insert(type);
    }
  }
  std::map<ProcessType, std::pair<std::optional<Value>, std::optional<Value>>> changes;
  for (const ProcessType& type : types) {
    const auto old = find_in(before, type);
    const auto now = find_in(after, type);
    if (old != now) {
      changes.emplace(type, std::pair(old, now));
    }
  }
  return changes;
}

template <typename Value>
Json json_changes(const std::map<ProcessType, Value>& before,
                  const std::map<ProcessType, Value>& after) {
  const auto or_null = [](const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  Json all = Json::object();
  for (const auto& [type, change] : differing(before, after)) {
    all[type.str()] = {{"from", or_null(change.first)}, {"to", or_null(change.second)}};
  }
  return all;
}

/// Of one that is not there none runs, as of one that is there 0 times.
Formation that_run(const Formation& formation) {
  Formation some = formation;
  std::erase_if(some, [](const auto& entry) { return entry.second == 0; });
  return some;
}

/// A row of its own for each commit; a label only in front of the first.
void add_commits(const std::vector<git::CommitSummary>& commits, std::string_view label,
                 Fields& fields) {
  for (const auto& commit : commits) {
    fields.emplace_back(
        label, fmt::format("{} {} ({})", commit.id.short_hex(), commit.subject, commit.author));
  }
  if (commits.size() == hooks::ReleaseDiff::kMostCommits) {
    fields.emplace_back(label, "...");
  }
}

void add_config(const hooks::ReleaseDiff& diff, Fields& fields) {
  for (const auto& [label, keys] : {std::pair("Config added", &diff.added),
                                    {"Config changed", &diff.changed},
                                    {"Config removed", &diff.removed}}) {
    if (!keys->empty()) {
      fields.emplace_back(label, join(*keys));
    }
  }
}

void add_processes(const hooks::ReleaseDiff& diff, Fields& fields) {
  for (const auto& [type, change] :
       differing(that_run(diff.from.formation), that_run(diff.to.formation))) {
    fields.emplace_back("Formation",
                        fmt::format("{} {} -> {}", type.str(), change.first.value_or(0),
                                    change.second.value_or(0)));
  }
  for (const auto& [type, change] : differing(diff.from.processes, diff.to.processes)) {
    fields.emplace_back("Command",
                        fmt::format("{}: {} -> {}", type.str(), or_dash(change.first.value_or("")),
                                    or_dash(change.second.value_or(""))));
  }
}

}  // namespace

std::string formation_text(const Release& release) {
  std::string text;
  for (const auto& [type, quantity] : release.formation) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", type.str(), quantity);
  }
  return text;
}

Json to_json(const Release& release) {
  Json processes = Json::object();
  for (const auto& [type, command] : release.processes) {
    processes[type.str()] = command;
  }
  return {{"release", release.number.str()},
          {"state", to_string(release.state)},
          {"commit", json_commit(release.commit)},
          {"description", release.description},
          {"actor", release.actor},
          {"created_at", json_time(release.created_at)},
          {"runtime", release.runtime},
          {"image", release.image.value},
          {"processes", processes}};
}

Json to_json(const hooks::ReleaseReport& report) {
  Json json = to_json(report.release);
  json["formation"] = json_formation(report.release.formation);
  json["config_version"] = report.release.config_version;
  json["config_keys"] = json_keys(report.config_keys);
  json["image_state"] = to_string(report.image);
  return json;
}

Json to_json(const hooks::ReleaseDiff& diff) {
  return {{"from", diff.from.number.str()},
          {"to", diff.to.number.str()},
          {"commits",
           {{"from", json_commit(diff.from.commit)},
            {"to", json_commit(diff.to.commit)},
            {"added", json_commits(diff.new_commits)},
            {"removed", json_commits(diff.lost_commits)}}},
          {"config",
           {{"added", json_keys(diff.added)},
            {"changed", json_keys(diff.changed)},
            {"removed", json_keys(diff.removed)}}},
          {"formation", json_changes(that_run(diff.from.formation), that_run(diff.to.formation))},
          {"processes", json_changes(diff.from.processes, diff.to.processes)},
          {"image", {{"from", diff.from.image.value}, {"to", diff.to.image.value}}}};
}

std::string report_text(const hooks::ReleaseReport& report, SystemTime now) {
  const Release& release = report.release;
  Fields fields{
      {"Release", release.number.str()},
      {"State", std::string(to_string(release.state))},
      {"Why", release.description},
      {"By", release.actor},
      {"When", fmt::format("{} ({})", format_rfc3339(release.created_at),
                           format_age(release.created_at, now))},
      {"Commit", release.commit ? release.commit->hex() : "-"},
      {"Runtime", or_dash(release.runtime)},
      {"Image", fmt::format("{} ({})", short_image(release.image), to_string(report.image))},
      {"Config version", std::to_string(release.config_version)},
      {"Config keys", or_dash(join(report.config_keys))},
      {"Formation", or_dash(formation_text(release))},
  };
  for (const auto& [type, command] : release.processes) {
    fields.emplace_back("Command", fmt::format("{}: {}", type.str(), command));
  }
  return format_fields(fields);
}

std::string diff_text(const hooks::ReleaseDiff& diff) {
  Fields fields;
  if (diff.from.commit != diff.to.commit) {
    fields.emplace_back("Commit", fmt::format("{} -> {}", short_commit(diff.from.commit),
                                              short_commit(diff.to.commit)));
    add_commits(diff.new_commits, "Commit added", fields);
    add_commits(diff.lost_commits, "Commit removed", fields);
  }
  add_config(diff, fields);
  add_processes(diff, fields);
  if (diff.from.image != diff.to.image) {
    fields.emplace_back(
        "Image", fmt::format("{} -> {}", short_image(diff.from.image), short_image(diff.to.image)));
  }
  return format_fields(fields);
}

}  // namespace minpaas::sshd::commands
