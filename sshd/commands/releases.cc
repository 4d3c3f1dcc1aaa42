#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/progress.h"
#include "sshd/commands/release_view.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr int kUsualReleases = 15;

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto page = TRY(parse_page(call.args, kUsualReleases));
  const auto releases = TRY(call.platform.releases(call.actor, app, page));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& release : releases) {
      all.push_back(to_json(release));
    }
    call.out.json(std::move(all));
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
  call.out.table(std::move(rows));
  return 0;
}

Result<int> show_diff(Invocation& call, const AppName& app, ReleaseNumber to,
                      std::string_view other) {
  const ReleaseNumber from = TRY(ReleaseNumber::parse(other));
  const auto diff = TRY(call.platform.compare_releases(call.actor, app, from, to));
  if (call.out.is_json()) {
    call.out.json(to_json(diff));
    return 0;
  }
  const std::string text = diff_text(diff);
  if (text.empty()) {
    call.out.note(fmt::format("{} and {} are the same", from.str(), to.str()));
  } else {
    call.out.data(fmt::format("From {} to {}:\n{}", from.str(), to.str(), text));
  }
  return 0;
}

Result<int> show(Invocation& call) {
  const AppName app = TRY(call.app());
  const ReleaseNumber number = TRY(ReleaseNumber::parse(call.args.operand(1)));
  if (const auto other = call.args.value("diff")) {
    return show_diff(call, app, number, *other);
  }
  const auto report = TRY(call.platform.release(call.actor, app, number));
  if (call.out.is_json()) {
    call.out.json(to_json(report));
  } else {
    call.out.data(report_text(report, call.clock.now()));
  }
  return 0;
}

Result<int> rollback(Invocation& call) {
  const AppName app = TRY(call.app());
  std::optional<ReleaseNumber> number;
  if (const auto given = call.args.optional_operand(1)) {
    number = TRY(ReleaseNumber::parse(*given));
  }
  const Deed deed{.done = fmt::format("Rolled {} back", app.str()),
                  .noun = "rollback",
                  .untouched = "the live release goes on serving"};
  const auto outcome = call.platform.rollback(call.actor, app, number, show_progress(call));
  return report_outcome(call, app, deed, outcome);
}

}  // namespace

std::vector<Command> releases_commands() {
  return {
      {.verb = "releases",
       .summary = "List the releases of an app, newest first",
       .operands = {{"APP"}},
       .options = {limit_option("how many, 15 unless said otherwise"), before_option("vN")},
       .example = "blog -n 5",
       .only_reads = true,
       .run = list},
      {.verb = "releases:info",
       .summary = "Show all about a release, or how it differs from another one",
       .operands = {{"APP"}, {"vN"}},
       .options = {{"diff", 0, "vM", "what has changed since this release"}},
       .example = "blog v3 --diff v2",
       .details = "Of the config only names are shown, never values.",
       .only_reads = true,
       .run = show},
      {.verb = "rollback",
       .summary = "Go back to an older release, without a build",
       .operands = {{"APP"}, {"vN", Arity::Optional}},
       .example = "blog v2",
       .details = "Image, config and formation of the old release become a new one, which is "
                  "checked before it gets\nthe traffic. Without vN: the last release before the "
                  "live one that was live.\nThe release command does not run, and the branch that "
                  "deploys goes back to the old commit.",
       .needs = AppRight::Deploy,
       .run = rollback},
  };
}

}  // namespace minpaas::sshd::commands
