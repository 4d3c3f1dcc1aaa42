#include "hooks/pipeline/secret_mounts.h"

#include <fmt/format.h>

#include "core/base/shell_quote.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::string_view kRun = "RUN ";
/// No key begins with a dot.
constexpr std::string_view kAll = ".env";
constexpr std::string_view kMount =
    "--mount=type=secret,id=.env,target=/run/secrets/.env set -a && . /run/secrets/.env && set +a "
    "&& ";

}  // namespace

std::string with_secrets_in_environment(std::string_view dockerfile) {
  std::string text;
  for (const std::string_view line : split(dockerfile, '\n')) {
    text += text.empty() ? "" : "\n";
    text += line.starts_with(kRun) ? fmt::format("{}{}{}", kRun, kMount, line.substr(kRun.size()))
                                   : std::string(line);
  }
  return text;
}

std::string without_secret_mount(std::string_view step) {
  std::string name(step);
  if (const auto at = name.find(kMount); at != std::string::npos) {
    name.erase(at, kMount.size());
  }
  return name;
}

std::string names_of(const ConfigVars& secrets) {
  std::string names;
  for (const auto& [key, value] : secrets) {
    names += (names.empty() ? "" : ", ") + key.str();
  }
  return names;
}

docker::BuildSecrets secrets_for(const ConfigVars& secrets) {
  docker::BuildSecrets given;
  std::string all;
  for (const auto& [key, value] : secrets) {
    given.emplace(key.str(), value);
    all += fmt::format("{}={}\n", key.str(), shell_quote(value.reveal()));
  }
  given.emplace(kAll, Secret(std::move(all)));
  return given;
}

}  // namespace minpaas::hooks
