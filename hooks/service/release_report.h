#pragma once

#include <optional>
#include <vector>

#include "core/app/config_var.h"
#include "core/app/release.h"
#include "core/git/repository.h"

namespace minpaas::hooks {

/// Whether a release could be rolled back to: its image is there, was removed, or the engine does
/// not say.
enum class ImagePresence { Kept, Gone, Unknown };
std::string_view to_string(ImagePresence presence);

/// All that is known of one release; of its config only the names.
struct ReleaseReport {
  Release release;
  std::vector<ConfigKey> config_keys;
  ImagePresence image = ImagePresence::Unknown;
};

/// How one release differs from another one of the same app. Values of config vars are compared
/// and never shown.
struct ReleaseDiff {
  Release from;
  Release to;
  /// Commits that only `to` has, and that only `from` has; newest first, at most kMostCommits each.
  std::vector<git::CommitSummary> new_commits;
  std::vector<git::CommitSummary> lost_commits;
  std::vector<ConfigKey> added;
  std::vector<ConfigKey> changed;
  std::vector<ConfigKey> removed;

  static constexpr std::size_t kMostCommits = 50;
};

}  // namespace minpaas::hooks
