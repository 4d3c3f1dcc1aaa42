#include "hooks/platform/app_settings.h"

#include <fmt/format.h>

#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "core/git/repository.h"
#include "hooks/platform/runtime_choice.h"

namespace minpaas::hooks {
namespace {

constexpr seconds kLongest{3600};

Error unknown_setting(const std::string& key) {
  return {ErrorCode::InvalidInput,
          fmt::format("there is no app setting '{}'", escape_controls(key)),
          "there are runtime, deploy_branch, overlap, drain_timeout and stop_timeout", ""};
}

Result<bool> read_overlap(const std::string& value, const router::Router& router) {
  if (value != "on" && value != "off") {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("overlap is on or off, not '{}'", escape_controls(value)), "", ""};
  }
  if (value == "off" && !router.holds_requests()) {
    return Error{ErrorCode::Conflict,
                 "this router cannot hold requests while an app is swapped stop-first",
                 "set [router] kind = haproxy (a HAProxy with Lua)", ""};
  }
  return value == "on";
}

/// Empty: the server's default.
Result<std::optional<seconds>> read_timeout(const std::string& key, const std::string& value) {
  if (value.empty()) {
    return std::optional<seconds>();
  }
  const milliseconds time(TRY(parse_duration_ms(value, key)));
  if (time > kLongest || time.count() % 1000 != 0) {
    return Error{
        ErrorCode::InvalidInput,
        fmt::format("{} is whole seconds, up to one hour, not '{}'", key, escape_controls(value)),
        fmt::format("for example {}=90s", key), ""};
  }
  return std::optional(std::chrono::duration_cast<seconds>(time));
}

}  // namespace

Result<AppSettings::Change> AppSettings::change_of(const AppName& name, const std::string& key,
                                                   const std::string& value) {
  if (key == "runtime") {
    return Change([this, name, runtime = TRY(choose_runtime(catalog_, value))] {
      return apps_.set_runtime(name, runtime);
    });
  }
  if (key == "deploy_branch") {
    TRY(git::RefName::branch(value));
    return Change([this, name, value] { return apps_.set_deploy_branch(name, value); });
  }
  if (key == "overlap") {
    const bool overlap = TRY(read_overlap(value, router_));
    return Change([this, name, overlap] { return apps_.set_overlap(name, overlap); });
  }
  if (key == "drain_timeout") {
    const auto time = TRY(read_timeout(key, value));
    return Change([this, name, time] { return apps_.set_drain_timeout(name, time); });
  }
  if (key == "stop_timeout") {
    const auto time = TRY(read_timeout(key, value));
    return Change([this, name, time] { return apps_.set_stop_timeout(name, time); });
  }
  return unknown_setting(key);
}

Result<void> AppSettings::set(const AppName& name,
                              const std::vector<std::pair<std::string, std::string>>& values) {
  std::vector<Change> changes;
  for (const auto& [key, value] : values) {
    changes.push_back(TRY(change_of(name, key, value)));
  }
  for (const Change& change : changes) {
    TRY(change());
  }
  return {};
}

}  // namespace minpaas::hooks
