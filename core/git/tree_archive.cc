#include "core/git/tree_archive.h"

#include <fmt/format.h>

#include "core/archive/tar_writer.h"
#include "core/base/text.h"
#include "core/git/git_error.h"
#include "core/git/ignore_rules.h"

namespace minpaas::git {
namespace {

constexpr int kMostDepth = 100;
/// Folders can share their content, so that a commit of a few hundred bytes unfolds to any number
/// of files: what is looked at, and the memory for the paths, have bounds.
constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::size_t kMostPathBytes = 4095;
constexpr std::size_t kMostPathBytesInAll = std::size_t{256} << 20;
constexpr std::size_t kMostLinkBytes = 4096;
constexpr std::size_t kMostIgnoreBytes = 64 * 1024;
/// A Git LFS pointer is a text of about 130 bytes; the format allows up to 1 KiB.
constexpr std::size_t kMostPointerBytes = 1024;
constexpr std::string_view kPointerStart = "version https://git-lfs.github.com/spec/";

enum class Kind { File, Executable, Symlink, Submodule };

struct Entry {
  std::string path;
  git_oid blob;
  Kind kind = Kind::File;
  long long bytes = 0;
};

Kind kind_of(git_filemode_t mode) {
  switch (mode) {
    case GIT_FILEMODE_LINK:
      return Kind::Symlink;
    case GIT_FILEMODE_COMMIT:
      return Kind::Submodule;
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      return Kind::Executable;
    default:
      return Kind::File;
  }
}

/// The entries of a commit that a build gets, in the order of the tree.
class Walk {
 public:
  Walk(git_repository* repository, git_odb* odb, IgnoreRules rules)
      : repository_(repository), odb_(odb), rules_(std::move(rules)) {}

  Result<void> run(const git_tree* tree, const std::string& folder, int depth) {
    if (depth > kMostDepth) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("folders are nested deeper than {}", kMostDepth), "", ""};
    }
    for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
      const std::string path = folder + git_tree_entry_name(entry);
      TRY(count(path));
      if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        TRY(enter(entry, path, depth));
      } else if (!rules_.ignores(path)) {
        TRY(add(entry, path));
      }
    }
    return {};
  }

  std::vector<Entry> entries;

 private:
  Result<void> count(const std::string& path) {
    ++looked_at_;
    path_bytes_ += path.size();
    if (path.size() > kMostPathBytes) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("a path is longer than {} bytes", kMostPathBytes), "", ""};
    }
    if (looked_at_ > kMostEntries || path_bytes_ > kMostPathBytesInAll) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("the commit has more than {} files and folders, or their paths more "
                               "than {} in all",
                               kMostEntries, format_bytes(kMostPathBytesInAll)),
                   "take what the app does not need out of the repository, or name its folder in "
                   ".minpaasignore",
                   ""};
    }
    return {};
  }

  Result<void> enter(const git_tree_entry* entry, const std::string& path, int depth) {
    if (rules_.prunes(path)) {
      return {};
    }
    git_tree* found = nullptr;
    TRY(check_git(git_tree_lookup(&found, repository_, git_tree_entry_id(entry)), "read a folder"));
    const TreeHandle tree(found);
    return run(tree.get(), path + "/", depth + 1);
  }

  Result<void> add(const git_tree_entry* entry, const std::string& path) {
    Entry added{path, *git_tree_entry_id(entry), kind_of(git_tree_entry_filemode(entry)), 0};
    if (added.kind != Kind::Submodule) {
      std::size_t size = 0;
      git_object_t type = GIT_OBJECT_INVALID;
      TRY(check_git(git_odb_read_header(&size, &type, odb_, &added.blob),
                    fmt::format("read {}", path)));
      added.bytes = static_cast<long long>(size);
    }
    entries.push_back(std::move(added));
    return {};
  }

  git_repository* repository_;
  git_odb* odb_;
  IgnoreRules rules_;
  std::size_t looked_at_ = 0;
  std::size_t path_bytes_ = 0;
};

Result<std::string> ignore_text(const SourceTree& tree) {
  for (const char* name : {".minpaasignore", ".dockerignore"}) {
    if (tree.has_file(name)) {
      return tree.read(name, kMostIgnoreBytes);
    }
  }
  return std::string();
}

struct Listing {
  OdbHandle odb;
  std::vector<Entry> entries;
  SystemTime committed_at;
};

Result<Listing> list(const Repository& repository, const Oid& commit,
                     const ArchiveOptions& options) {
  const auto tree = TRY(repository.tree_of(commit));
  git_odb* raw_odb = nullptr;
  TRY(check_git(git_repository_odb(&raw_odb, repository.raw()), "open the object database"));
  OdbHandle odb(raw_odb);
  const git_oid raw_commit = to_git(commit);
  git_commit* raw = nullptr;
  TRY(check_git(git_commit_lookup(&raw, repository.raw(), &raw_commit), "read the commit"));
  const CommitHandle handle(raw);
  git_tree* raw_tree = nullptr;
  TRY(check_git(git_commit_tree(&raw_tree, handle.get()), "read the tree of the commit"));
  const TreeHandle root(raw_tree);
  Walk walk(repository.raw(), odb.get(),
            IgnoreRules(TRY(ignore_text(*tree)), options.default_ignores));
  TRY(walk.run(root.get(), "", 0));
  return Listing{std::move(odb), std::move(walk.entries),
                 SystemTime(std::chrono::seconds(git_commit_time(handle.get())))};
}

Result<OdbObjectHandle> read_blob(git_odb* odb, const Entry& entry) {
  git_odb_object* found = nullptr;
  TRY(check_git(git_odb_read(&found, odb, &entry.blob), fmt::format("read {}", entry.path)));
  return OdbObjectHandle(found);
}

std::string_view content_of(const OdbObjectHandle& blob) {
  return {static_cast<const char*>(git_odb_object_data(blob.get())),
          git_odb_object_size(blob.get())};
}

Result<ArchiveReport> report_on(const Listing& listing) {
  ArchiveReport report;
  for (const auto& entry : listing.entries) {
    if (entry.kind == Kind::Submodule) {
      report.submodules.push_back(entry.path);
      continue;
    }
    ++report.files;
    report.bytes += entry.bytes;
    if (entry.bytes > report.largest_bytes) {
      report.largest_bytes = entry.bytes;
      report.largest_path = entry.path;
    }
    const bool may_be_pointer = entry.kind != Kind::Symlink &&
                                entry.bytes > static_cast<long long>(kPointerStart.size()) &&
                                entry.bytes <= static_cast<long long>(kMostPointerBytes);
    if (may_be_pointer &&
        content_of(TRY(read_blob(listing.odb.get(), entry))).starts_with(kPointerStart)) {
      report.lfs_pointers.push_back(entry.path);
    }
  }
  return report;
}

Result<void> check_size(const ArchiveReport& report, const ArchiveOptions& options) {
  if (report.bytes <= options.most_bytes) {
    return {};
  }
  return Error{
      ErrorCode::InvalidInput,
      fmt::format(
          "the files of the app have {} together, at most {} are built; the largest is {} ({})",
          format_bytes(report.bytes), format_bytes(options.most_bytes),
          escape_controls(report.largest_path), format_bytes(report.largest_bytes)),
      "take large files out of the repository, or name them in .minpaasignore", ""};
}

Result<void> write_entry(archive::TarWriter& tar, git_odb* odb, const Entry& entry,
                         const std::string& prefix) {
  const std::string path = prefix + entry.path;
  if (entry.kind == Kind::Submodule) {
    return tar.add_folder(path);
  }
  const auto blob = TRY(read_blob(odb, entry));
  const std::string_view content = content_of(blob);
  if (entry.kind != Kind::Symlink) {
    return tar.add_file(
        path,
        entry.kind == Kind::Executable ? archive::FileMode::Executable : archive::FileMode::Plain,
        content);
  }
  if (content.empty() || content.size() > kMostLinkBytes ||
      content.find('\0') != std::string_view::npos) {
    return Error{
        ErrorCode::InvalidInput,
        fmt::format("the symbolic link {} has no valid target", escape_controls(entry.path)), "",
        ""};
  }
  return tar.add_symlink(path, std::string(content));
}

}  // namespace

Result<ArchiveReport> inspect_archive(const Repository& repository, const Oid& commit,
                                      const ArchiveOptions& options) {
  const auto listing = TRY(list(repository, commit, options));
  auto report = TRY(report_on(listing));
  TRY(check_size(report, options));
  return report;
}

Result<void> write_archive(const Repository& repository, const Oid& commit,
                           const ArchiveOptions& options,
                           const std::function<Result<void>(std::span<const char>)>& put,
                           std::stop_token stop) {
  const auto listing = TRY(list(repository, commit, options));
  archive::TarWriter tar(put, listing.committed_at);
  for (const auto& file : options.extra) {
    TRY(tar.add_file(file.path, archive::FileMode::Plain, file.content));
  }
  const std::string prefix = options.prefix.empty() ? "" : options.prefix + "/";
  for (const auto& entry : listing.entries) {
    if (stop.stop_requested()) {
      return Error{ErrorCode::Cancelled, "cancelled", "", ""};
    }
    TRY(write_entry(tar, listing.odb.get(), entry, prefix));
  }
  return tar.finish();
}

}  // namespace minpaas::git
