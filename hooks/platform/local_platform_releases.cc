#include <fmt/format.h>

#include "core/base/log.h"
#include "core/git/history.h"
#include "hooks/pipeline/rollback.h"
#include "hooks/platform/local_platform.h"

namespace minpaas::hooks {
namespace {

std::vector<ConfigKey> keys_of(const ConfigVars& vars) {
  std::vector<ConfigKey> keys;
  for (const auto& [key, value] : vars) {
    keys.push_back(key);
  }
  return keys;
}

void compare_config(const ConfigVars& before, const ConfigVars& after, ReleaseDiff& diff) {
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    if (old == before.end()) {
      diff.added.push_back(key);
    } else if (old->second != value) {
      diff.changed.push_back(key);
    }
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) {
      diff.removed.push_back(key);
    }
  }
}

/// A history that cannot be read does not keep the rest of a diff from being shown.
std::vector<git::CommitSummary> commits_since(const git::Repository& repository, const Oid& from,
                                              const Oid& to) {
  auto commits = git::commits_since(repository, from, to, ReleaseDiff::kMostCommits);
  if (!commits) {
    log::warn("{}: {}", repository.folder().string(), commits.error().for_log());
    return {};
  }
  return *std::move(commits);
}

void compare_commits(const std::filesystem::path& folder, ReleaseDiff& diff) {
  if (!diff.from.commit || !diff.to.commit || diff.from.commit == diff.to.commit) {
    return;
  }
  const auto repository = git::Repository::open(folder);
  if (!repository) {
    log::warn("{}", repository.error().for_log());
    return;
  }
  diff.new_commits = commits_since(*repository, *diff.from.commit, *diff.to.commit);
  diff.lost_commits = commits_since(*repository, *diff.to.commit, *diff.from.commit);
}

}  // namespace

std::string_view to_string(ImagePresence presence) {
  switch (presence) {
    case ImagePresence::Kept:
      return "kept";
    case ImagePresence::Gone:
      return "gone";
    case ImagePresence::Unknown:
      break;
  }
  return "unknown";
}

Result<std::vector<Release>> LocalPlatform::releases(const Actor& actor, const AppName& name,
                                                     state::Page page) {
  TRY(access_.find(actor, name, AppRight::Read));
  return parts_.releases.list(name, page);
}

Result<ReleaseReport> LocalPlatform::release(const Actor& actor, const AppName& name,
                                             ReleaseNumber number) {
  TRY(access_.find(actor, name, AppRight::Read));
  auto release = TRY(parts_.releases.get(name, number));
  auto keys = keys_of(TRY(parts_.configs.at(name, release.config_version)));
  const auto image = parts_.engine.inspect_image(release.image.value);
  const auto without = image || image.error().code != ErrorCode::NotFound ? ImagePresence::Unknown
                                                                          : ImagePresence::Gone;
  return ReleaseReport{std::move(release), std::move(keys), image ? ImagePresence::Kept : without};
}

Result<ReleaseDiff> LocalPlatform::compare_releases(const Actor& actor, const AppName& name,
                                                    ReleaseNumber from, ReleaseNumber to) {
  TRY(access_.find(actor, name, AppRight::Read));
  auto before = TRY(parts_.releases.get(name, from));
  auto after = TRY(parts_.releases.get(name, to));
  ReleaseDiff diff{std::move(before), std::move(after), {}, {}, {}, {}, {}};
  compare_config(TRY(parts_.configs.at(name, diff.from.config_version)),
                 TRY(parts_.configs.at(name, diff.to.config_version)), diff);
  compare_commits(parts_.repository(name), diff);
  return diff;
}

Result<DeployOutcome> LocalPlatform::rollback(const Actor& actor, const AppName& name,
                                              std::optional<ReleaseNumber> number,
                                              const Follow& follow) {
  const state::AppRow app = TRY(access_.find_open(actor, name, AppRight::Deploy));
  if (!number && queue_.current(name)) {
    // What is live when its turn comes is not what the person has seen.
    return Error{ErrorCode::Busy, fmt::format("a deploy of {} is under way", name.str()),
                 fmt::format("name the release to go back to: rollback {} vN", name.str()), ""};
  }
  const Release target = TRY(find_rollback_target(parts_, name, number));
  DeployJob job{.row = asked_for(name, state::DeployKind::Rollback, actor.name)};
  job.target = target.number;
  job.row.image = target.image.value;
  if (target.commit) {
    // The ref says what is live: else a push of the commit that was left would change nothing.
    job.row.commit = target.commit;
    job.row.ref = TRY(git::RefName::branch(deploy_branch(app))).str();
  }
  return enqueue(std::move(job), follow);
}

}  // namespace minpaas::hooks
