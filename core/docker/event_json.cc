#include "core/docker/event_json.h"

#include <fmt/format.h>

#include "core/docker/json.h"

namespace minpaas::docker {
namespace {

/// The attributes hold the labels, mixed with facts of the engine's own.
Labels labels_in(const Json& attributes) {
  Labels labels;
  if (!attributes.is_object()) {
    return labels;
  }
  for (const auto& [name, value] : attributes.items()) {
    const bool fact = name == "name" || name == "image" || name == "exitCode" || name == "signal" ||
                      name == "oldName" || name == "execDuration";
    if (!fact && value.is_string()) {
      labels[name] = value.get<std::string>();
    }
  }
  return labels;
}

int exit_code_in(const Json& attributes) {
  const std::string text = text_of(attributes, "exitCode");
  return text.empty() ? 0 : std::atoi(text.c_str());
}

}  // namespace

Result<std::optional<EngineEvent>> parse_event(std::string_view line) {
  const auto json = TRY(parse_json(line));
  if (text_of(json, "Type") != "container") {
    return std::optional<EngineEvent>();
  }
  const Json& actor = member(json, "Actor");
  EngineEvent event;
  event.container = {text_of(actor, "ID")};
  event.action = text_of(json, "Action");
  if (event.container.value.empty() || event.action.empty()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine sent an event of nothing", "", ""};
  }
  event.at = SystemTime(std::chrono::duration_cast<SystemTime::duration>(
      std::chrono::nanoseconds(number_of(json, "timeNano"))));
  event.labels = labels_in(member(actor, "Attributes"));
  event.exit_code = exit_code_in(member(actor, "Attributes"));
  return std::optional(std::move(event));
}

std::string event_filter(const Labels& labels) {
  Json filter = {{"type", {"container"}},
                 {"event",
                  {"create", "start", "restart", "stop", "kill", "die", "oom", "pause", "unpause",
                   "rename", "destroy"}}};
  for (const auto& [name, value] : labels) {
    filter["label"].push_back(value.empty() ? name : name + "=" + value);
  }
  return to_text(filter);
}

std::string engine_time(SystemTime time) {
  const auto since_epoch = time.time_since_epoch();
  const auto whole = std::chrono::floor<seconds>(since_epoch);
  return fmt::format("{}.{:09}", whole.count(),
                     std::chrono::nanoseconds(since_epoch - whole).count());
}

}  // namespace minpaas::docker
