#include "hooks/programs/local_cron.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

Error no_entry(const AppName& name, const std::string& id) {
  return {ErrorCode::NotFound,
          fmt::format("{} has no cron entry {}", name.str(), escape_controls(id)),
          "list them: cron " + name.str(), ""};
}

}  // namespace

Result<std::vector<CronReport>> LocalCron::list(const Actor& actor, const AppName& name) {
  const auto row = TRY(access_.find(actor, name, AppRight::Read));
  const auto live = TRY(parts_.releases.live(name));
  std::vector<CronReport> reports;
  if (!live) {
    return reports;
  }
  for (const NamedCronEntry& named : name_entries(live->manifest.cron)) {
    CronReport report{named.id, named.entry.schedule.str(), named.entry.command, {}, {}};
    const auto runs = TRY(parts_.cron.list(name, named.id, 1));
    if (!runs.empty()) {
      report.last = runs.front();
    }
    if (!row.stopped) {
      report.next = next_run(named.entry.schedule, parts_.clock.now());
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<std::vector<state::CronRun>> LocalCron::history(const Actor& actor, const AppName& name,
                                                       const std::optional<std::string>& id,
                                                       state::Page page) {
  TRY(access_.find(actor, name, AppRight::Read));
  auto runs = TRY(parts_.cron.list(name, id, page));
  const auto live = TRY(parts_.releases.live(name));
  const auto entries = live ? name_entries(live->manifest.cron) : std::vector<NamedCronEntry>();
  if (id && runs.empty() && std::ranges::find(entries, *id, &NamedCronEntry::id) == entries.end()) {
    return no_entry(name, *id);
  }
  return runs;
}

Result<ProgramOutcome> LocalCron::run(const Actor& actor, const AppName& name,
                                      const std::string& id, ExecStreams& peer) {
  const auto row = TRY(access_.find(actor, name, AppRight::Deploy));
  const auto live = TRY(parts_.releases.live(name));
  const auto entries = live ? name_entries(live->manifest.cron) : std::vector<NamedCronEntry>();
  const auto named = std::ranges::find(entries, id, &NamedCronEntry::id);
  if (named == entries.end()) {
    return no_entry(name, id);
  }
  const auto claim = runner_.claim(row, id);
  if (!claim) {
    return Error{ErrorCode::Busy, fmt::format("cron {} of {} runs already", id, name.str()),
                 "try again when it has ended; see: ps " + name.str(), ""};
  }
  log::info("{} runs cron {} of {} {}", actor.name, id, name.str(), live->number.str());
  return runner_.run(*live, *named, actor.name, peer);
}

}  // namespace minpaas::hooks
