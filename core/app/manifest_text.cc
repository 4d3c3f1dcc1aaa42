#include "core/app/app_json_checks.h"
#include "core/app/manifest.h"

namespace minpaas {
namespace {

Json json_of(const Scripts& scripts) {
  Json json = Json::object();
  const auto put = [](Json& into, const char* key, const std::string& text) {
    if (!text.empty()) {
      into[key] = text;
    }
  };
  put(json, "predeploy", scripts.predeploy);
  put(json, "postdeploy", scripts.first_postdeploy);
  if (!scripts.postdeploy.empty()) {
    json["dokku"]["postdeploy"] = scripts.postdeploy;
  }
  return json;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  Json json = Json::object();
  for (const auto& [type, checks] : manifest.healthchecks) {
    for (const HealthCheck& check : checks) {
      json["healthchecks"][type.str()].push_back(to_json(check));
    }
  }
  if (manifest.scripts != Scripts{}) {
    json["scripts"] = json_of(manifest.scripts);
  }
  for (const auto& [type, quantity] : manifest.formation) {
    json["formation"][type.str()]["quantity"] = quantity;
  }
  for (const CronEntry& entry : manifest.cron) {
    json["cron"].push_back({{"command", entry.command}, {"schedule", entry.schedule.str()}});
  }
  if (manifest.protocol == WebProtocol::H2c) {
    json["protocol"] = "h2c";
  }
  return json.dump();
}

}  // namespace minpaas
