#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

std::string format_seconds(seconds time) {
  return fmt::format("{}s", time.count());
}

Json json_seconds(const std::optional<seconds>& time) {
  return time ? Json(time->count()) : Json(nullptr);
}

/// `path deadline`, those that were chosen.
std::string names_of(const CheckChoices& chosen) {
  std::vector<std::string_view> names;
  if (chosen.path) {
    names.emplace_back("path");
  }
  if (chosen.deadline) {
    names.emplace_back("deadline");
  }
  if (chosen.timeout) {
    names.emplace_back("timeout");
  }
  if (chosen.attempts) {
    names.emplace_back("attempts");
  }
  if (chosen.wait) {
    names.emplace_back("wait");
  }
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, " "));
}

/// For one that has a name or only warns.
std::string describe_whole(const HealthCheck& check) {
  return (check.name.empty() ? "" : check.name + ": ") + describe(check) +
         (check.warn ? " (only warns)" : "");
}

/// One check of a process type.
struct Line {
  const hooks::CheckReport& report;
  const HealthCheck& check;
  hooks::CheckSource from;
  /// Of a check at the start.
  std::optional<seconds> within;
};

Json to_json(const CheckChoices& chosen) {
  return {{"path", chosen.path ? Json(*chosen.path) : Json(nullptr)},
          {"deadline_seconds", json_seconds(chosen.deadline)},
          {"timeout_seconds", json_seconds(chosen.timeout)},
          {"attempts", chosen.attempts ? Json(*chosen.attempts) : Json(nullptr)},
          {"wait_seconds", json_seconds(chosen.wait)}};
}

Json to_json(const Line& line, Output& out) {
  const HealthCheck& check = line.check;
  const bool is_live = !line.within;
  return {{"process", line.report.type.str()},
          {"kind", to_string(check.kind)},
          {"name", out.shown(check.name)},
          {"check", describe(check)},
          {"warns", check.warn},
          {"from", to_string(line.from)},
          {"within_seconds", json_seconds(line.within)},
          {"timeout_seconds", json_seconds(check.timeout)},
          {"attempts", is_live ? Json(check.attempts.value_or(1)) : Json(nullptr)},
          {"wait_seconds", is_live ? json_seconds(check.wait) : Json(nullptr)},
          {"set", to_json(line.report.chosen)}};
}

/// When a check has failed.
std::string limit_of(const Line& line) {
  if (line.within) {
    return "after " + format_seconds(*line.within);
  }
  return fmt::format("{} times, {} apart", line.check.attempts.value_or(1),
                     format_seconds(line.check.wait.value_or(seconds(0))));
}

Row to_row(const Line& line) {
  const auto& timeout = line.check.timeout;
  return {line.report.type.str(),
          std::string(to_string(line.check.kind)),
          describe_whole(line.check),
          limit_of(line),
          timeout ? format_seconds(*timeout) : "-",
          std::string(to_string(line.from)),
          names_of(line.report.chosen)};
}

std::vector<Line> lines_of(const std::vector<hooks::CheckReport>& reports) {
  std::vector<Line> lines;
  for (const auto& report : reports) {
    for (const auto& startup : report.plan.startup) {
      lines.push_back({report, startup.check, report.plan.startup_from, startup.patience});
    }
    for (const auto& check : report.plan.liveness) {
      lines.push_back({report, check, report.plan.liveness_from, std::nullopt});
    }
  }
  return lines;
}

Result<int> show(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto reports = TRY(call.platform.checks().report(call.actor, app));
  Json all = Json::array();
  std::vector<Row> rows{{"PROCESS", "KIND", "CHECK", "FAILED", "EACH TRY", "FROM", "SET HERE"}};
  for (const Line& line : lines_of(reports)) {
    all.push_back(to_json(line, call.out));
    rows.push_back(to_row(line));
  }
  if (call.out.is_json()) {
    call.out.json(std::move(all));
  } else {
    call.out.table(std::move(rows));
  }
  return 0;
}

struct Wanted {
  ProcessType type = ProcessType::web();
  CheckChange change;
};

/// `[TYPE] KEY=VALUE...`
Result<Wanted> parse_words(std::span<const Word> words) {
  Wanted wanted;
  if (!words.empty() && words.front().text.find('=') == std::string::npos) {
    wanted.type = TRY(ProcessType::parse(words.front().text));
    words = words.subspan(1);
  }
  std::vector<std::string_view> values;
  for (const Word& word : words) {
    values.emplace_back(word.text);
  }
  wanted.change = TRY(CheckChange::parse(values));
  return wanted;
}

Result<int> set(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto wanted = TRY(parse_words(call.args.operands_from(1)));
  TRY(call.platform.checks().set(call.actor, app, wanted.type, wanted.change));
  if (call.out.is_json()) {
    const Json done = {{"app", app.str()}, {"process", wanted.type.str()}};
    call.out.json(done);
    return 0;
  }
  call.out.note(fmt::format("Set the checks of {} {}, from now on; what runs stays as it is",
                            app.str(), wanted.type.str()));
  return 0;
}

}  // namespace

std::vector<Command> checks_commands() {
  return {
      {.verb = "checks",
       .summary = "Show what the processes of an app must pass",
       .operands = {kApp},
       .example = "blog",
       .only_reads = true,
       .run = show},
      {.verb = "checks:set",
       .summary = "Set what the processes of an app must pass",
       .operands = {kApp, {"[TYPE] K=V", Arity::Several}},
       .example = "blog path=/up deadline=2m timeout=5s",
       .details =
           "path: answers GET with a status below 400, before a release goes live and after. "
           "deadline: within this time\nthe checks of a new process must pass. timeout: of one "
           "try. attempts, wait: so many failed tries in a row,\nso far apart, have a live process "
           "restarted. For web, or for TYPE; it goes before the app.json. Makes no\nrelease. An "
           "empty value (path=) goes back to the app.json or the default.",
       .needs = AppRight::Deploy,
       .run = set},
  };
}

}  // namespace minpaas::sshd::commands
