#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "core/app/release.h"
#include "core/base/clock.h"

namespace minpaas::sshd::commands {

/// Fields stay in the order in which docs/commands.md lists them.
using Json = nlohmann::ordered_json;

inline Json json_time(const std::optional<SystemTime>& time) {
  return time ? Json(format_rfc3339(*time)) : Json(nullptr);
}

inline Json json_release(const std::optional<ReleaseNumber>& release) {
  return release ? Json(release->str()) : Json(nullptr);
}

inline Json json_commit(const std::optional<Oid>& commit) {
  return commit ? Json(commit->hex()) : Json(nullptr);
}

/// Empty text means that there is none.
inline Json json_text(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace minpaas::sshd::commands
