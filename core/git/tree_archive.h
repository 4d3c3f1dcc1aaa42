#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/app/oid.h"
#include "core/base/result.h"
#include "core/git/repository.h"

namespace minpaas::git {

/// A file that is put into the archive beside those of the commit.
struct ExtraFile {
  std::string path;
  std::string content;
};

struct ArchiveOptions {
  /// Folder of the archive that the commit's files are put under, without slash at the end; empty =
  /// root.
  std::string prefix;
  std::vector<ExtraFile> extra;
  /// Patterns that are ignored unless the ignore file takes them back.
  std::vector<std::string> default_ignores;
  /// Largest sum of file sizes. Error InvalidInput beyond it, naming the largest file.
  long long most_bytes = 2LL << 30;
};

/// Things of the tree that a build will not see as their author may expect.
struct ArchiveReport {
  long long bytes = 0;
  int files = 0;
  /// Submodule paths (they are empty folders in the archive).
  std::vector<std::string> submodules;
  /// Paths of Git LFS pointer files (they stay pointers).
  std::vector<std::string> lfs_pointers;
  /// The largest file.
  std::string largest_path;
  long long largest_bytes = 0;
};

/// Looks at the tree without writing anything: sizes and warnings. The ignore file
/// (`.minpaasignore`, else `.dockerignore`) is applied.
Result<ArchiveReport> inspect_archive(const Repository& repository, const Oid& commit,
                                      const ArchiveOptions& options);

/// Streams the commit as a tar straight from the object database: modes 0644/0755,
/// owner 0, mtime of the commit, symlinks kept, names sorted: the same commit gives the same bytes.
/// `.git*` metadata folders and what the ignore file names are left out. `put` takes each piece.
Result<void> write_archive(const Repository& repository, const Oid& commit,
                           const ArchiveOptions& options,
                           const std::function<Result<void>(std::span<const char>)>& put,
                           std::stop_token stop);

}  // namespace minpaas::git
