#include <fmt/format.h>

#include "core/base/text.h"
#include "hooks/pipeline/source_archive.h"
#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostPathsShown = 5;
/// A file of this size makes every push and build slow; people rarely mean it.
constexpr long long kLargeFileBytes = 50LL << 20;

std::string some_of(const std::vector<std::string>& paths) {
  std::vector<std::string> shown;
  for (const std::string& path : paths) {
    if (shown.size() == kMostPathsShown) {
      shown.push_back(fmt::format("{} more", paths.size() - kMostPathsShown));
      break;
    }
    shown.push_back(escape_controls(path));
  }
  return runtimes::join_for_people(shown);
}

/// What would be missing in the image: the app could only fail later, and less clearly.
Result<void> refuse_missing(const git::ArchiveReport& report) {
  if (!report.submodules.empty()) {
    return Error{
        ErrorCode::InvalidInput,
        fmt::format("submodules are not fetched: {}", some_of(report.submodules)),
        "put the files themselves into the repository (git subtree), or name the folder in "
        ".minpaasignore if the app runs without it",
        ""};
  }
  if (!report.lfs_pointers.empty()) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("Git LFS files are not fetched: {}", some_of(report.lfs_pointers)),
                 "put the files themselves into the repository (git lfs migrate export), or name "
                 "them in .minpaasignore if the app runs without them",
                 ""};
  }
  return {};
}

void warn_of(const git::ArchiveReport& report, DeployOutput& output) {
  if (report.largest_bytes >= kLargeFileBytes) {
    output.warn(fmt::format("{} has {}: every build carries it; .minpaasignore can leave it out",
                            escape_controls(report.largest_path),
                            format_bytes(report.largest_bytes)));
  }
}

/// A word for a process type that is not there is most often a slip.
void warn_of(const runtimes::BuildPlan& plan, DeployOutput& output) {
  const auto warn = [&](const char* part, const ProcessType& type) {
    if (!plan.formation.contains(type)) {
      output.warn(fmt::format("app.json: {}.{} is for no process of this app", part, type.str()));
    }
  };
  for (const auto& [type, quantity] : plan.app_json.manifest.formation) {
    warn("formation", type);
  }
  for (const auto& [type, checks] : plan.app_json.manifest.healthchecks) {
    warn("healthchecks", type);
  }
}

}  // namespace

git::ArchiveOptions archive_of(const runtimes::BuildPlan& plan) {
  git::ArchiveOptions options;
  options.prefix = plan.source_prefix;
  if (!plan.dockerfile.empty()) {
    options.extra.push_back({plan.dockerfile_path, plan.dockerfile});
  }
  options.default_ignores = {".git",           ".env", ".env.*", "**/node_modules",
                             "**/__pycache__", ".venv"};
  return options;
}

Result<runtimes::BuildPlan> detect(const StageContext& context, const state::AppRow& app,
                                   const git::Repository& repository, const Oid& commit) {
  const auto summary = TRY(repository.commit(commit));
  context.output.stage(fmt::format("Deploying {} at {} ({})", app.name.str(), commit.short_hex(),
                                   in_a_few_words(summary.subject, 60)));
  const auto tree = TRY(repository.tree_of(commit));
  const std::string runtime = context.job.runtime.value_or(app.runtime);
  const auto chosen = runtime.empty() ? std::nullopt : std::optional(runtime);
  auto plan = TRY(context.parts.catalog.plan(*tree, chosen));
  context.output.detail(fmt::format("Runtime {}: {}", plan.runtime, plan.reason));
  warn_of(plan, context.output);
  const auto report = TRY(git::inspect_archive(repository, commit, archive_of(plan)));
  context.output.detail(fmt::format("{} file{}, {}", report.files, report.files == 1 ? "" : "s",
                                    format_bytes(report.bytes)));
  TRY(refuse_missing(report));
  warn_of(report, context.output);
  return plan;
}

}  // namespace minpaas::hooks
