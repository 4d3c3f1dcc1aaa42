#include "hooks/programs/cron_runner.h"

#include <fmt/format.h>

#include "core/app/secret_mask.h"
#include "core/app/shell_command.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"
#include "hooks/containers/timed_stop.h"
#include "hooks/pipeline/app_network.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kKeptOutputBytes = 8 * 1024;
/// A person who waits is the limit.
constexpr std::chrono::hours kNoLimit{24 * 365};

/// Hands on what is written, and keeps the end of it.
class Tail : public ByteWriter {
 public:
  Tail(ByteWriter& next, Guarded<std::string>& kept) : next_(next), kept_(kept) {}

  using ByteWriter::write;

  Result<void> write(std::span<const std::byte> bytes) override {
    kept_.with([&](std::string& kept) {
      kept.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (kept.size() > 2 * kKeptOutputBytes) {
        // A byte more than is kept tells that it was more.
        kept.erase(0, kept.size() - kKeptOutputBytes - 1);
      }
    });
    return next_.write(bytes);
  }

 private:
  ByteWriter& next_;
  Guarded<std::string>& kept_;
};

/// Whole lines, as far as they are not too many.
std::string last_lines(std::string text) {
  if (text.size() > kKeptOutputBytes) {
    text.erase(0, text.size() - kKeptOutputBytes);
    const auto end = text.find('\n');
    text.replace(0, end == std::string::npos ? 0 : end + 1,
                 end == std::string::npos ? kTextGoesOn : "");
  }
  return text;
}

state::CronState state_of(const Result<ProgramOutcome>& outcome) {
  if (outcome) {
    return state::CronState::Exited;
  }
  switch (outcome.error().code) {
    case ErrorCode::Timeout:
      return state::CronState::TimedOut;
    case ErrorCode::Cancelled:
    case ErrorCode::Disconnected:
      return state::CronState::Cut;
    default:
      return state::CronState::Failed;
  }
}

bool went_well(const state::CronRun& row) {
  return row.state == state::CronState::Exited && row.status == 0;
}

}  // namespace

CronRunner::Claim::~Claim() {
  runner_.claimed_.with([&](std::set<Key>& claimed) { claimed.erase(key_); });
}

std::unique_ptr<CronRunner::Claim> CronRunner::claim(const state::AppRow& app,
                                                     const std::string& id) {
  Claim::Key key(app.label, id);
  const bool is_free =
      claimed_.with([&](std::set<Claim::Key>& claimed) { return claimed.insert(key).second; });
  return is_free ? std::make_unique<Claim>(*this, std::move(key)) : nullptr;
}

Result<ProgramOutcome> CronRunner::attempt(const state::CronRun& row, const Release& live,
                                           ExecStreams& peer, std::string& output) {
  TRY(prepare_network(parts_));
  auto config = TRY(parts_.configs.at(row.app, live.config_version));
  auto policy = TRY(parts_.policies.of(row.app));
  SecretMask mask;
  mask.hide(config);
  Guarded<std::string> kept;
  Tail out(peer.out, kept);
  Tail err(peer.err, kept);
  const bool is_by_clock = row.started_by.empty();
  const seconds limit = is_by_clock ? parts_.settings.cron.timeout : seconds(kNoLimit);
  const TimedStop stop(peer.gone, limit);
  ExecStreams streams{peer.in, out, err, stop.token(), peer.console};
  const ProgramRequest request{.words = {"/bin/sh", "-c", exec_last_program(row.command)}};
  const auto now = std::chrono::duration_cast<milliseconds>(row.started_at.time_since_epoch());
  auto outcome =
      run_one_off(parts_.engine, one_offs_,
                  {live, std::move(config), std::move(policy), now.count()}, request, streams);
  output = mask.apply(last_lines(kept.with([](const std::string& text) { return text; })));
  if (!outcome && stop.timed_out()) {
    return Error{ErrorCode::Timeout, fmt::format("it took longer than {}", format_duration(limit)),
                 "", ""};
  }
  return outcome;
}

void CronRunner::finish(state::CronRun row, const Result<ProgramOutcome>& outcome,
                        std::string output) {
  row.state = state_of(outcome);
  const std::string trouble = outcome ? outcome->trouble : outcome.error().message;
  if (outcome) {
    row.status = outcome->status;
  }
  if (!trouble.empty()) {
    output += (output.empty() || output.ends_with('\n') ? "" : "\n") + trouble + "\n";
  }
  row.output = std::move(output);
  row.finished_at = parts_.clock.now();
  const auto kept = parts_.cron.finish(row);
  if (!kept) {
    log::error("cron {} of {}: {}", row.entry, row.app.str(), kept.error().for_log());
  }
  log::info("cron {} of {} {}{}", row.entry, row.app.str(), state::to_string(row.state),
            row.status ? fmt::format(" with status {}", *row.status) : "");
  put_on_record(row);
}

/// A run that a person asked for is on record as their command.
void CronRunner::put_on_record(const state::CronRun& row) {
  if (!row.started_by.empty() || went_well(row)) {
    return;
  }
  const auto app = parts_.apps.get(row.app);
  const std::string label = app ? app->label : row.app.str();
  if (failures_.note(label + " " + row.entry) == FailedTries::Tries::First) {
    events_.record_own({.app = row.app.str(),
                        .action = "cron:run",
                        .detail = row.entry,
                        .result = row.state == state::CronState::Cut ? "cut" : "failed"});
  }
}

Result<ProgramOutcome> CronRunner::run(const Release& live, const NamedCronEntry& entry,
                                       std::string started_by, ExecStreams& peer) {
  auto row = new_run(live, entry, std::move(started_by), parts_.clock.now());
  row.id = TRY(parts_.cron.add(row));
  std::string output;
  auto outcome = attempt(row, live, peer, output);
  finish(std::move(row), outcome, std::move(output));
  return outcome;
}

void CronRunner::note_skipped(const Release& live, const NamedCronEntry& entry) {
  auto row = new_run(live, entry, "", parts_.clock.now());
  row.state = state::CronState::Skipped;
  row.output = "the run before it had not ended\n";
  row.finished_at = row.started_at;
  log::info("cron {} of {} skipped: the run before it has not ended", entry.id, live.app.str());
  if (const auto added = parts_.cron.add(row); !added) {
    log::error("cron {} of {}: {}", entry.id, live.app.str(), added.error().for_log());
  }
}

void CronRunner::note_cut() {
  const auto cut = parts_.cron.cut_all(parts_.clock.now());
  if (!cut) {
    log::error("cron: {}", cut.error().for_log());
  } else if (*cut > 0) {
    const std::string what = fmt::format("{} that ran when the server stopped", *cut);
    log::info("cron: cut off {}", what);
    events_.record_own({.app = "", .action = "cron:run", .detail = what, .result = "cut"});
  }
}

}  // namespace minpaas::hooks
