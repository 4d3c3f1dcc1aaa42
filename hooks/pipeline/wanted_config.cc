#include "hooks/pipeline/wanted_config.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "runtimes/contract.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kSecretBytes = 32;

Result<Secret> generate() {
  std::array<unsigned char, kSecretBytes> bytes{};
  // So few bytes are never cut short (getrandom(2)).
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Error{ErrorCode::Unavailable, "the system gives no random bytes", "", ""};
  }
  return Secret(to_hex(bytes));
}

Error not_set(const AppName& app, const std::vector<std::string>& names) {
  std::string assignments;
  for (const std::string& name : names) {
    assignments += " " + name + "=...";
  }
  return {
      ErrorCode::InvalidInput,
      fmt::format("app.json wants config that is not set: {}", runtimes::join_for_people(names)),
      fmt::format("set it, then push again: config:set {}{}", app.str(), assignments), ""};
}

}  // namespace

Result<ConfigVars> vars_to_set(const AppName& app, const WantedVars& wanted,
                               const ConfigVars& have) {
  ConfigVars to_set;
  std::vector<std::string> missing;
  for (const auto& [key, var] : wanted) {
    if (have.contains(key)) {
      continue;
    }
    if (var.source == WantedVar::Source::Required) {
      missing.push_back(key.str());
    } else if (var.source == WantedVar::Source::Default) {
      to_set.emplace(key, var.value);
    } else if (var.source == WantedVar::Source::Generated) {
      to_set.emplace(key, TRY(generate()));
    }
  }
  if (!missing.empty()) {
    return not_set(app, missing);
  }
  return to_set;
}

std::string describe_vars(const WantedVars& wanted, const ConfigVars& to_set) {
  std::string text;
  for (const auto& [key, value] : to_set) {
    const bool generated = wanted.at(key).source == WantedVar::Source::Generated;
    text +=
        fmt::format("{}{}{}", text.empty() ? "" : ", ", key.str(), generated ? " (generated)" : "");
  }
  return text;
}

}  // namespace minpaas::hooks
