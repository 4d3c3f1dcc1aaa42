#include <fmt/format.h>

#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {

namespace {

/// With what the deploy sets itself, which goes before what was there.
ConfigVars with_changes(const StageContext& context, const ConfigVars& config) {
  ConfigVars changed = context.job.set;
  changed.insert(config.begin(), config.end());
  return changed;
}

std::string names_of(const ConfigVars& vars) {
  std::vector<std::string> names;
  for (const auto& [key, value] : vars) {
    names.push_back(key.str());
  }
  return runtimes::join_for_people(names);
}

}  // namespace

Result<void> require_vars(const StageContext& context, const WantedVars& wanted) {
  const auto now = TRY(context.parts.configs.latest(context.app())).second;
  const ConfigVars config = with_changes(context, now);
  TRY(vars_to_set(context.app(), wanted, config));
  return {};
}

Result<void> set_vars(const StageContext& context, const WantedVars& wanted) {
  const PipelineParts& parts = context.parts;
  const auto [version, config] = TRY(parts.configs.latest(context.app()));
  const auto wanted_now = TRY(vars_to_set(context.app(), wanted, with_changes(context, config)));
  ConfigVars to_set = context.job.set;
  to_set.insert(wanted_now.begin(), wanted_now.end());
  if (to_set.empty()) {
    return {};
  }
  TRY(parts.deploys.set_config_before(context.deploy(), version));
  TRY(parts.configs.change(context.app(), to_set, {}, parts.clock.now()));
  parts.reach("config changed");
  if (!context.job.set.empty()) {
    context.output.stage("Config vars set: " + names_of(context.job.set));
  }
  if (!wanted_now.empty()) {
    context.output.stage("Config vars set from app.json: " + describe_vars(wanted, wanted_now));
  }
  return {};
}

Result<PreparedRelease> store_release(const StageContext& context, const ReleaseDraft& draft,
                                      const std::string& description) {
  const PipelineParts& parts = context.parts;
  auto [version, config] = TRY(parts.configs.latest(context.app()));
  // A rollback brings back values that the newest config no longer had.
  context.output.hide(config);
  Release release{context.app(),     ReleaseNumber(1), ReleaseState::Pending, draft.image,
                  draft.commit,      version,          draft.runtime,         draft.internal_port,
                  draft.processes,   draft.formation,  description,           context.job.row.actor,
                  parts.clock.now(), draft.manifest};
  Release stored = TRY(parts.releases.add(release));
  parts.reach("release stored");
  TRY(parts.deploys.set_release(context.deploy(), stored.number));
  context.output.stage(fmt::format("Release {}: {}", stored.number.str(), description));
  return PreparedRelease{std::move(stored), std::move(config)};
}

}  // namespace minpaas::hooks
