#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/progress.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

std::string process_name(const hooks::ProcessReport& process) {
  return fmt::format("{}.{}", process.process.str(), process.index);
}

Json to_json(const hooks::ProcessReport& process) {
  return {{"process", process_name(process)},
          {"type", process.process.str()},
          {"index", process.index},
          {"state", process.state},
          {"release", process.release.str()},
          {"since", json_time(process.since)},
          {"restarts", process.restarts},
          {"command", process.command},
          {"container", json_text(process.container.value)}};
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto processes = TRY(call.platform.processes(call.actor, app));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& process : processes) {
      all.push_back(to_json(process));
    }
    call.out.json(all);
    return 0;
  }
  if (processes.empty()) {
    call.out.note(fmt::format("{} runs no processes; deploy it with a git push", app.str()));
    return 0;
  }
  std::vector<Row> rows{{"PROCESS", "STATE", "RELEASE", "SINCE", "RESTARTS", "COMMAND"}};
  for (const auto& process : processes) {
    rows.push_back({process_name(process), process.state, process.release.str(),
                    process.since ? format_age(*process.since, call.clock.now()) : "-",
                    std::to_string(process.restarts), process.command});
  }
  call.out.data(format_table(rows));
  return 0;
}

constexpr std::string_view kUntouched = "the old release goes on serving";

Result<int> restart(Invocation& call) {
  const AppName app = TRY(call.app());
  const Deed deed{.done = "Restarted " + app.str(), .noun = "restart", .untouched = kUntouched};
  const auto outcome = call.platform.restart(call.actor, app, show_progress(call));
  return report_outcome(call, app, deed, outcome);
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
       .run = list},
      {.verb = "ps:restart",
       .summary = "Restart an app without a build",
       .operands = {kApp},
       .example = "blog",
       .details = "Starts new containers of the live release, checks them, then replaces the old "
                  "ones.\n"
                  "Ctrl-C leaves; the restart goes on.",
       .run = restart},
      {.verb = "ps:rebuild",
       .summary = "Build the live commit again and deploy it",
       .operands = {kApp},
       .options = {{"no-cache", 0, "", "build every layer anew"}},
       .example = "blog --no-cache",
       .details = "Ctrl-C leaves; the build goes on. builds:cancel ends it.",
       .run = rebuild},
  };
}

}  // namespace minpaas::sshd::commands
