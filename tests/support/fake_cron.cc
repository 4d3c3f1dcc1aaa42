#include "tests/support/fake_cron.h"

#include <algorithm>

namespace minpaas::test {
namespace {

constexpr const char* kEntry = "3f9c2a";
constexpr const char* kSchedule = "30 2 * * *";
constexpr const char* kCommand = "bin/tidy";
constexpr int kStatus = 3;

}  // namespace

Result<void> FakeCron::require(const Actor& actor, const AppName& name,
                               const std::optional<std::string>& id) {
  TRY(platform_.app(actor, name));
  if (id && *id != kEntry) {
    return Error{ErrorCode::NotFound, name.str() + " has no cron entry " + *id,
                 "list them: cron " + name.str(), ""};
  }
  return {};
}

Result<std::vector<hooks::CronReport>> FakeCron::list(const Actor& actor, const AppName& name) {
  TRY(require(actor, name, std::nullopt));
  hooks::CronReport report{kEntry, kSchedule, kCommand, {}, clock_.now() + std::chrono::hours(1)};
  if (!runs_.empty()) {
    report.last = runs_.front();
  }
  return std::vector{report};
}

Result<std::vector<state::CronRun>> FakeCron::history(const Actor& actor, const AppName& name,
                                                      const std::optional<std::string>& id,
                                                      state::Page page) {
  TRY(require(actor, name, id));
  auto runs = runs_;
  std::erase_if(runs,
                [&](const state::CronRun& run) { return page.before && run.id >= *page.before; });
  runs.resize(std::min(runs.size(), static_cast<std::size_t>(page.most)),
              {.app = name, .entry = "", .schedule = "", .command = ""});
  return runs;
}

Result<hooks::ProgramOutcome> FakeCron::run(const Actor& actor, const AppName& name,
                                            const std::string& id, ExecStreams& peer) {
  TRY(require(actor, name, id));
  TRY(peer.out.write("tidied 7 files\n"));
  runs_.insert(runs_.begin(), {.id = static_cast<std::int64_t>(runs_.size()) + 1,
                               .app = name,
                               .entry = kEntry,
                               .schedule = kSchedule,
                               .command = kCommand,
                               .started_by = actor.name,
                               .state = state::CronState::Exited,
                               .status = kStatus,
                               .output = "tidied 7 files\n",
                               .started_at = clock_.now(),
                               .finished_at = clock_.now() + seconds(2)});
  return hooks::ProgramOutcome{kStatus, ""};
}

}  // namespace minpaas::test
