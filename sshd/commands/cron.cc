#include <fmt/format.h>

#include "core/base/text.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};
constexpr int kDefaultRuns = 20;

Json json_time(const std::optional<SystemTime>& time) {
  return time ? Json(format_rfc3339(*time)) : Json(nullptr);
}

Json to_json(const state::CronRun& run) {
  return {{"id", run.entry},
          {"run", run.id},
          {"schedule", run.schedule},
          {"command", run.command},
          {"started_by", run.started_by.empty() ? Json(nullptr) : Json(run.started_by)},
          {"release", run.release.str()},
          {"state", state::to_string(run.state)},
          {"status", run.status ? Json(*run.status) : Json(nullptr)},
          {"started_at", format_rfc3339(run.started_at)},
          {"finished_at", json_time(run.finished_at)},
          {"output", json_text(run.output)}};
}

/// `ok`, `exited 3`, `timed out`
std::string result_of(const state::CronRun& run) {
  if (run.state == state::CronState::Exited) {
    return run.status == 0 ? "ok" : fmt::format("exited {}", run.status.value_or(-1));
  }
  return run.state == state::CronState::TimedOut ? "timed out"
                                                 : std::string(state::to_string(run.state));
}

/// `2026-11-23 02:30`
std::string minute_of(const std::optional<SystemTime>& time) {
  if (!time) {
    return "never";
  }
  constexpr std::size_t kDate = 10;
  constexpr std::size_t kToMinutes = 16;
  const std::string text = format_rfc3339(*time);
  return text.substr(0, kDate) + " " + text.substr(kDate + 1, kToMinutes - kDate - 1);
}

std::string took(const state::CronRun& run) {
  return run.finished_at ? format_duration(std::chrono::duration_cast<milliseconds>(
                               *run.finished_at - run.started_at))
                         : "-";
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto reports = TRY(call.platform.cron().list(call.actor, app));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& report : reports) {
      all.push_back({{"id", report.id},
                     {"schedule", report.schedule},
                     {"command", report.command},
                     {"last", report.last ? to_json(*report.last) : Json(nullptr)},
                     {"next", json_time(report.next)}});
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (reports.empty()) {
    call.out.note(app.str() + " has no cron entries; they stand in its app.json");
    return 0;
  }
  std::vector<Row> rows{{"ID", "SCHEDULE", "NEXT (UTC)", "LAST", "RESULT", "COMMAND"}};
  for (const auto& report : reports) {
    rows.push_back({report.id, report.schedule, minute_of(report.next),
                    report.last ? format_age(report.last->started_at, call.clock.now()) : "-",
                    report.last ? result_of(*report.last) : "-", escape_controls(report.command)});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<int> history(Invocation& call) {
  const AppName app = TRY(call.app());
  std::optional<std::string> id;
  if (!call.args.operands_from(1).empty()) {
    id = std::string(call.args.operand(1));
  }
  const auto page = TRY(parse_page(call.args, kDefaultRuns));
  const auto runs = TRY(call.platform.cron().history(call.actor, app, id, page));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& run : runs) {
      all.push_back(to_json(run));
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (runs.empty()) {
    call.out.note("nothing has run yet");
    return 0;
  }
  std::vector<Row> rows{
      {"RUN", "ID", "STARTED (UTC)", "TOOK", "BY", "RELEASE", "RESULT", "LAST LINE"}};
  for (const auto& run : runs) {
    const auto lines = split(trim(run.output), '\n');
    rows.push_back({std::to_string(run.id), run.entry, minute_of(run.started_at), took(run),
                    run.started_by.empty() ? "clock" : run.started_by, run.release.str(),
                    result_of(run), escape_controls(lines.back())});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<int> run(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto outcome = TRY(
      call.platform.cron().run(call.actor, app, std::string(call.args.operand(1)), call.streams));
  if (!outcome.trouble.empty()) {
    call.out.error({ErrorCode::Failed, outcome.trouble, "", ""});
  }
  return outcome.status;
}

}  // namespace

std::vector<Command> cron_commands() {
  return {
      {.verb = "cron",
       .summary = "List what an app runs by the clock",
       .operands = {kApp},
       .example = "blog",
       .details = "The entries stand in the app.json of the live release; times are UTC. A stopped "
                  "app runs none.",
       .only_reads = true,
       .run = list},
      {.verb = "cron:run",
       .summary = "Run a cron entry now",
       .operands = {kApp, {"ID"}},
       .example = "blog 3f9c2a",
       .details = "In a container of its own, as by the clock. Its output is shown and its exit "
                  "status passed on.\nWhen your connection ends, so does it.",
       .starts_program = true,
       .needs = AppRight::Deploy,
       .shows_values = true,
       .run = run},
      {.verb = "cron:history",
       .summary = "Show what has run by the clock",
       .operands = {kApp, {"ID", Arity::Optional}},
       .options = {limit_option("at most N runs, 20 by default"), before_option("RUN")},
       .example = "blog 3f9c2a -n 5",
       .only_reads = true,
       .run = history},
  };
}

}  // namespace minpaas::sshd::commands
