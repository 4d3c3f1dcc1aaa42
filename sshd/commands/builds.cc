#include <fmt/format.h>

#include <limits>

#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "sshd/commands/build_output.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

using state::DeployStage;

constexpr Operand kApp{"APP"};
constexpr int kUsualBuilds = 15;

Json to_json(const state::DeployRow& row) {
  return {{"id", row.id},
          {"kind", to_string(row.kind)},
          {"status", to_string(row.stage)},
          {"commit", json_commit(row.commit)},
          {"ref", json_text(row.ref)},
          {"release", json_release(row.release)},
          {"actor", row.actor},
          {"note", json_text(row.note)},
          {"reason", json_text(row.reason)},
          {"created_at", json_time(row.created_at)},
          {"finished_at", json_time(row.finished_at)}};
}

Row to_row(const state::DeployRow& row, SystemTime now) {
  const auto end = row.finished_at.value_or(now);
  return {std::to_string(row.id),
          std::string(to_string(row.kind)),
          std::string(to_string(row.stage)),
          row.commit ? row.commit->short_hex() : "-",
          row.release ? row.release->str() : "-",
          row.actor,
          format_age(row.created_at, now),
          format_duration(std::chrono::duration_cast<milliseconds>(end - row.created_at)),
          row.reason.empty() ? row.note : row.reason};
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto page = TRY(parse_page(call.args, kUsualBuilds));
  const auto scope =
      call.args.has("all") ? hooks::BuildsScope::AllDeploys : hooks::BuildsScope::Builds;
  const auto builds = TRY(call.platform.builds(call.actor, app, scope, page));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& row : builds) {
      all.push_back(to_json(row));
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (builds.empty()) {
    call.out.note(fmt::format("{} has no builds; a git push makes one", app.str()));
    return 0;
  }
  std::vector<Row> rows{
      {"ID", "KIND", "STATUS", "COMMIT", "RELEASE", "BY", "WHEN", "TOOK", "NOTE"}};
  for (const auto& row : builds) {
    rows.push_back(to_row(row, call.clock.now()));
  }
  call.out.table(std::move(rows));
  return 0;
}

Error left(std::string_view what, std::string_view to_see) {
  return {ErrorCode::Cancelled, fmt::format("you left {}, which goes on", what),
          fmt::format("see how it ends: {}", to_see), ""};
}

/// The end of a build as exit status.
Result<int> result_of(const AppName& app, const state::DeployRow& row) {
  const std::string because = row.reason.empty() ? "" : ": " + row.reason;
  const std::string build = fmt::format("build {} of {}", row.id, app.str());
  switch (row.stage) {
    case DeployStage::Succeeded:
      return 0;
    case DeployStage::Cancelled:
      return Error{ErrorCode::Cancelled, build + " was cancelled" + because, "", ""};
    case DeployStage::Superseded:
      return Error{ErrorCode::Conflict, build + " gave way to a newer one" + because, "", ""};
    case DeployStage::Failed:
      return Error{ErrorCode::Failed, build + " failed" + because, "", ""};
    default:
      return left(build, fmt::format("builds:output {} {}", app.str(), row.id));
  }
}

Result<int> output(Invocation& call) {
  const AppName app = TRY(call.app());
  std::optional<std::int64_t> id;
  if (const auto text = call.args.optional_operand(1)) {
    id = TRY(parse_number(*text, "the build's ID", 1, std::numeric_limits<std::int64_t>::max()));
  }
  return print_build_output(call, app, id);
}

Result<int> cancel(Invocation& call) {
  const AppName app = TRY(call.app());
  const int cancelled = TRY(call.platform.cancel_builds(call.actor, app));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"cancelled", cancelled}});
  } else {
    call.out.note(fmt::format("Cancelled {} deploy{} of {}", cancelled, cancelled == 1 ? "" : "s",
                              app.str()));
  }
  return 0;
}

}  // namespace

Result<int> print_build_output(Invocation& call, const AppName& app,
                               std::optional<std::int64_t> id) {
  const hooks::Follow follow{.line =
                                 [&](std::string_view line) {
                                   if (call.out.is_json()) {
                                     call.out.json_line(Json{{"line", sanitize_terminal(line)}});
                                   } else {
                                     call.out.data(sanitize_terminal(line) + "\n");
                                   }
                                   return !call.out.is_broken() && !call.gone.stop_requested();
                                 },
                             .tick = [] {},
                             .gone = call.gone};
  const auto row = call.platform.build_output(call.actor, app, id, follow);
  if (!row && call.gone.stop_requested()) {
    return left("the build of " + app.str(), "builds:output " + app.str());
  }
  if (row && call.out.is_json()) {
    call.out.json_line(Json{{"build", to_json(*row)}});
  }
  if (!row) {
    return row.error();
  }
  // How it ended is no failure of showing it.
  const auto result = result_of(app, *row);
  if (!result) {
    call.out.error(result.error());
  }
  return result ? *result : exit_status(result.error().code);
}

std::vector<Command> builds_commands() {
  return {
      {.verb = "builds",
       .summary = "List the builds of an app, newest first",
       .operands = {kApp},
       .options = {limit_option("how many, 15 unless said otherwise"),
                   before_option("ID"),
                   {"all", 'a', "",
                    "also deploys without a build: config changes, restarts, rollbacks"}},
       .example = "blog -n 5",
       .only_reads = true,
       .run = list},
      {.verb = "builds:output",
       .summary = "Print the output of a build; follow it while it runs",
       .operands = {kApp, {"ID", Arity::Optional}},
       .example = "blog 12",
       .details = "Without ID it is the newest build; `builds APP --all` lists the IDs of all "
                  "deploys. The "
                  "exit status tells how the build ended: 0 it\n"
                  "is live, 1 it failed, 5 it gave way to a newer one, 130 it was cancelled.\n"
                  "Ctrl-C leaves; the build goes on.",
       .only_reads = true,
       .run = output},
      {.verb = "builds:cancel",
       .summary = "Cancel the running deploy of an app and those that wait",
       .operands = {kApp},
       .example = "blog",
       .needs = AppRight::Deploy,
       .run = cancel},
  };
}

}  // namespace minpaas::sshd::commands
