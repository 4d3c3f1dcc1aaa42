#include <fmt/format.h>

#include "core/base/text.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/progress.h"
#include "sshd/commands/release_view.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

std::string process_name(const hooks::ProcessReport& process) {
  return fmt::format("{}.{}", process.process.str(), process.index);
}

/// The reason that stands in it may have been printed by a program of the app.
std::string shown_state(const std::string& state, Output& out) {
  const auto word = std::min(state.find(" ("), state.size());
  return state.substr(0, word) + out.shown(std::string_view(state).substr(word));
}

Json to_json(const hooks::ProcessReport& process, Output& out) {
  return {{"process", process_name(process)},
          {"type", process.process.str()},
          {"index", process.index},
          {"state", shown_state(process.state, out)},
          {"release", process.release.str()},
          {"since", json_time(process.since)},
          {"restarts", process.restarts},
          {"command", process.command},
          {"container", json_text(process.container.value)},
          {"memory_bytes", process.limits.memory_bytes},
          {"cpus", process.limits.cpus},
          {"pids", process.limits.pids}};
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto processes = TRY(call.platform.processes(call.actor, app));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& process : processes) {
      all.push_back(to_json(process, call.out));
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (processes.empty()) {
    const auto status = TRY(call.platform.app(call.actor, app)).summary.status;
    call.out.note(status == hooks::AppStatus::Stopped
                      ? fmt::format("{0} is stopped; to start it: ps:start {0}", app.str())
                      : fmt::format("{} runs no processes; deploy it with a git push", app.str()));
    return 0;
  }
  std::vector<Row> rows{{"PROCESS", "STATE", "RELEASE", "SINCE", "RESTARTS", "COMMAND"}};
  for (const auto& process : processes) {
    rows.push_back({process_name(process), process.state, process.release.str(),
                    process.since ? format_age(*process.since, call.clock.now()) : "-",
                    std::to_string(process.restarts), process.command});
  }
  call.out.table(std::move(rows));
  return 0;
}

constexpr std::string_view kUntouched = "the old release goes on serving";

Result<int> restart(Invocation& call) {
  const AppName app = TRY(call.app());
  std::optional<ProcessType> type;
  if (const auto given = call.args.optional_operand(1)) {
    type = TRY(ProcessType::parse(*given));
  }
  const std::string what = type ? fmt::format("{} of {}", type->str(), app.str()) : app.str();
  const Deed deed{.done = "Restarted " + what, .noun = "restart", .untouched = kUntouched};
  const auto outcome = call.platform.restart(call.actor, app, type, show_progress(call));
  return report_outcome(call, app, deed, outcome);
}

Result<int> stop(Invocation& call) {
  const AppName app = TRY(call.app());
  const Deed deed{.done = "Stopped " + app.str(),
                  .noun = "stop",
                  .untouched = "the app goes on running",
                  .unchanged = "is stopped already"};
  return report_outcome(call, app, deed, call.platform.stop(call.actor, app, show_progress(call)));
}

Result<int> start(Invocation& call) {
  const AppName app = TRY(call.app());
  const Deed deed{.done = "Started " + app.str(),
                  .noun = "start",
                  .untouched = "the app stays stopped",
                  .unchanged = "is started already"};
  return report_outcome(call, app, deed, call.platform.start(call.actor, app, show_progress(call)));
}

Result<Formation> parse_quantities(std::span<const Word> words) {
  constexpr std::string_view kHint = "for example: web=2 worker=1";
  Formation quantities;
  for (const Word& word : words) {
    const std::string_view text = word.text;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
      return Error{ErrorCode::InvalidInput, fmt::format("'{}' is not TYPE=N", text),
                   std::string(kHint), ""};
    }
    const ProcessType type = TRY(ProcessType::parse(text.substr(0, equals)));
    const auto quantity = TRY(
        parse_number(text.substr(equals + 1), "the quantity of " + type.str(), 0, kMostProcesses));
    if (!quantities.emplace(type, static_cast<int>(quantity)).second) {
      return Error{ErrorCode::InvalidInput, fmt::format("{} stands twice", type.str()),
                   std::string(kHint), ""};
    }
  }
  return quantities;
}

Result<int> show_formation(Invocation& call, const AppName& app) {
  const auto live = TRY(call.platform.app(call.actor, app)).live;
  if (call.out.is_json()) {
    Json all = Json::object();
    for (const auto& [type, quantity] : live ? live->formation : Formation()) {
      all[type.str()] = quantity;
    }
    call.out.json(std::move(all));
  } else if (live) {
    call.out.data(formation_text(*live) + "\n");
  } else {
    call.out.note(fmt::format("{} has no release yet; deploy it with a git push", app.str()));
  }
  return 0;
}

Result<int> scale(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto words = call.args.operands_from(1);
  if (words.empty()) {
    return show_formation(call, app);
  }
  const Formation quantities = TRY(parse_quantities(words));
  const Deed deed{.done = "Scaled " + app.str(),
                  .noun = "scaling",
                  .untouched = "what ran before goes on running"};
  return report_outcome(call, app, deed,
                        call.platform.scale(call.actor, app, quantities, show_progress(call)));
}

Result<int> rebuild(Invocation& call) {
  const AppName app = TRY(call.app());
  const Deed deed{.done = "Rebuilt " + app.str(), .noun = "rebuild", .untouched = kUntouched};
  const auto outcome =
      call.platform.rebuild(call.actor, app, call.args.has("no-cache"), show_progress(call));
  return report_outcome(call, app, deed, outcome);
}

}  // namespace

std::vector<Command> ps_commands() {
  return {
      {.verb = "ps",
       .summary = "List the processes of an app",
       .operands = {kApp},
       .example = "blog",
       .only_reads = true,
       .run = list},
      {.verb = "ps:restart",
       .summary = "Restart an app without a build",
       .operands = {kApp, {"TYPE", Arity::Optional}},
       .example = "blog web",
       .details = "Starts new containers of the live release, checks them, then replaces the old "
                  "ones.\n"
                  "With TYPE only those of one process type. A stopped app is started.\n"
                  "Ctrl-C leaves; the restart goes on.",
       .needs = AppRight::Deploy,
       .run = restart},
      {.verb = "ps:scale",
       .summary = "Set how many processes of each type run, or show it",
       .operands = {kApp, {"TYPE=N", Arity::Any}},
       .example = "blog web=2",
       .details = "Makes a release without a build. Processes that stay are not touched.",
       .needs = AppRight::Deploy,
       .run = scale},
      {.verb = "ps:stop",
       .summary = "Stop an app until it is started",
       .operands = {kApp},
       .example = "blog",
       .details = "It stays stopped over restarts of the server and of the machine. A push, a "
                  "rebuild, a rollback\nand a restart start it.",
       .needs = AppRight::Deploy,
       .run = stop},
      {.verb = "ps:start",
       .summary = "Start a stopped app",
       .operands = {kApp},
       .example = "blog",
       .needs = AppRight::Deploy,
       .run = start},
      {.verb = "ps:rebuild",
       .summary = "Build the live commit again and deploy it",
       .operands = {kApp},
       .options = {{"no-cache", 0, "", "build every layer anew"}},
       .example = "blog --no-cache",
       .details = "Ctrl-C leaves; the build goes on. builds:cancel ends it.",
       .needs = AppRight::Deploy,
       .run = rebuild},
  };
}

}  // namespace minpaas::sshd::commands
