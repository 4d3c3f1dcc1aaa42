#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_platform.h"

namespace minpaas::test {

Result<const Release*> FakePlatform::find_release(const AppName& name, ReleaseNumber number) {
  const App* app = TRY(find(name));
  for (const Release& release : app->releases) {
    if (release.number == number) {
      return &release;
    }
  }
  return Error{ErrorCode::NotFound,
               fmt::format("there is no release {} of '{}'", number.str(), name.str()),
               fmt::format("`releases {}` lists them", name.str()), ""};
}

Result<std::vector<Release>> FakePlatform::releases(const Actor& /*actor*/, const AppName& name,
                                                    state::Page page) {
  const App* app = TRY(find(name));
  std::vector<Release> newest_first(app->releases.rbegin(), app->releases.rend());
  std::erase_if(newest_first, [&](const Release& release) {
    return page.before && release.number.value() >= *page.before;
  });
  newest_first.erase(
      newest_first.begin() + std::min<std::ptrdiff_t>(page.most, std::ssize(newest_first)),
      newest_first.end());
  return newest_first;
}

Result<hooks::ReleaseReport> FakePlatform::release(const Actor& /*actor*/, const AppName& name,
                                                   ReleaseNumber number) {
  const Release* release = TRY(find_release(name, number));
  hooks::ReleaseReport report{*release, {}, hooks::ImagePresence::Kept};
  for (const auto& [key, value] : apps_.at(name).configs[number]) {
    report.config_keys.push_back(key);
  }
  return report;
}

Result<hooks::ReleaseDiff> FakePlatform::compare_releases(const Actor& /*actor*/,
                                                          const AppName& name, ReleaseNumber from,
                                                          ReleaseNumber to) {
  const Release* before = TRY(find_release(name, from));
  const Release* after = TRY(find_release(name, to));
  hooks::ReleaseDiff diff{*before, *after, {}, {}, {}, {}, {}};
  if (after->commit && before->commit != after->commit) {
    diff.new_commits.push_back({*after->commit, "Ada", "Say it better"});
  }
  App& app = apps_.at(name);
  for (const auto& [key, value] : app.configs[to]) {
    if (!app.configs[from].contains(key)) {
      diff.added.push_back(key);
    }
  }
  return diff;
}

Result<hooks::DeployOutcome> FakePlatform::rollback(const Actor& actor, const AppName& name,
                                                    std::optional<ReleaseNumber> number,
                                                    const hooks::Follow& follow) {
  App* app = TRY(find_open(name));
  const Release* live = app->live();
  if (live == nullptr || (!number && live->number.value() == 1)) {
    return Error{ErrorCode::Conflict, fmt::format("{} has no release to go back to", name.str()),
                 fmt::format("`releases {}` lists them", name.str()), ""};
  }
  const Release* target =
      TRY(find_release(name, number.value_or(ReleaseNumber(live->number.value() - 1))));
  if (target == live) {
    return Error{ErrorCode::Conflict,
                 fmt::format("{} of {} is live already", live->number.str(), name.str()), "", ""};
  }
  Release next = next_release(name, *app, actor, "Rollback to " + target->number.str());
  next.commit = target->commit;
  next.formation = target->formation;
  app->config = app->configs[target->number];
  return play(*app, new_row(name, state::DeployKind::Rollback, actor), next, follow);
}

}  // namespace minpaas::test
