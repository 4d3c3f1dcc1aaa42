#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr int kUsualReleases = 15;
constexpr int kMostReleases = 1000;

Json to_json(const Release& release) {
  Json processes = Json::object();
  for (const auto& [type, command] : release.processes) {
    processes[type.str()] = command;
  }
  return {{"release", release.number.str()},
          {"state", to_string(release.state)},
          {"commit", json_commit(release.commit)},
          {"description", release.description},
          {"actor", release.actor},
          {"created_at", json_time(release.created_at)},
          {"runtime", release.runtime},
          {"image", release.image.value},
          {"processes", processes}};
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const int most =
      TRY(number_option(call.args, "number", 1, kMostReleases)).value_or(kUsualReleases);
  const auto releases = TRY(call.platform.releases(call.actor, app, most));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& release : releases) {
      all.push_back(to_json(release));
    }
    call.out.json(all);
    return 0;
  }
  if (releases.empty()) {
    call.out.note(fmt::format("{} has no releases; deploy it with a git push", app.str()));
    return 0;
  }
  std::vector<Row> rows{{"RELEASE", "STATE", "COMMIT", "DESCRIPTION", "BY", "WHEN"}};
  for (const auto& release : releases) {
    rows.push_back({release.number.str(), std::string(to_string(release.state)),
                    release.commit ? release.commit->short_hex() : "-", release.description,
                    release.actor, format_age(release.created_at, call.clock.now())});
  }
  call.out.data(format_table(rows));
  return 0;
}

}  // namespace

std::vector<Command> releases_commands() {
  return {
      {.verb = "releases",
       .summary = "List the releases of an app, newest first",
       .operands = {{"APP"}},
       .options = {{"number", 'n', "N", "how many, 15 unless said otherwise"}},
       .example = "blog -n 5",
       .run = list},
  };
}

}  // namespace minpaas::sshd::commands
