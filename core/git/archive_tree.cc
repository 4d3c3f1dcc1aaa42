#include "core/git/archive_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"
#include "core/git/object_check.h"

namespace minpaas::git {
namespace {

constexpr unsigned kPlainMode = 0100644;
constexpr unsigned kExecutableMode = 0100755;
constexpr unsigned kSymlinkMode = 0120000;
constexpr unsigned kFolderMode = 040000;
constexpr std::string_view kStoring = "store the archive";
constexpr std::size_t kMostShown = 255;

std::string shown(std::string_view path) {
  return shown_if_short(path, kMostShown);
}

Error bad(std::string message, std::string hint = "") {
  return {ErrorCode::InvalidInput, std::move(message), std::move(hint), ""};
}

Error file_and_folder(std::string_view path) {
  return bad(fmt::format("the archive has '{}' both as a file and as a folder", shown(path)));
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

struct TreeLine {
  /// Git sorts folders as if their names ended with a slash.
  std::string sorted_as;
  std::string bytes;
};

TreeLine tree_line(unsigned mode, const std::string& name, const Oid& id) {
  TreeLine line{mode == kFolderMode ? name + "/" : name, fmt::format("{:o} {}", mode, name)};
  line.bytes += '\0';
  line.bytes.append(reinterpret_cast<const char*>(id.raw().data()), id.raw().size());
  return line;
}

}  // namespace

Result<bool> ArchiveTree::leaves_out(std::string_view path) {
  tops_.emplace(path.substr(0, path.find('/')));
  bool is_git = false;
  for (const std::string_view part : split(path, '/')) {
    if (part == ".git") {
      is_git = true;
    } else if (is_dot_git_like(part)) {
      return bad(
          fmt::format("the archive has '{}', a name for a repository's own files", shown(path)),
          "leave it out: tar --exclude=.git");
    }
  }
  left_out_ += is_git ? 1 : 0;
  return is_git;
}

Result<ArchiveTree::Folder*> ArchiveTree::folder_of(std::string_view path) {
  Folder* folder = &root_;
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (folder->files.contains(parts[i])) {
      return file_and_folder(path);
    }
    folder = &folder->folders[std::string(parts[i])];
  }
  return folder;
}

const ArchiveTree::Leaf* ArchiveTree::find(std::string_view path) const {
  const Folder* folder = &root_;
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto next = folder->folders.find(parts[i]);
    if (next == folder->folders.end()) {
      return nullptr;
    }
    folder = &next->second;
  }
  const auto file = folder->files.find(parts.back());
  return file == folder->files.end() ? nullptr : &file->second;
}

/// The last one counts when a name comes twice, as it does when tar unpacks.
Result<void> ArchiveTree::put(const std::string& path, Leaf leaf) {
  Folder* folder = TRY(folder_of(path));
  const std::string name(name_of(path));
  if (folder->folders.contains(name)) {
    return file_and_folder(path);
  }
  folder->files[name] = std::move(leaf);
  return {};
}

Result<void> ArchiveTree::begin_file(const std::string& path, archive::FileMode mode,
                                     long long size) {
  open_path_.clear();
  stream_.reset();
  if (TRY(leaves_out(path))) {
    return {};
  }
  git_odb_stream* raw = nullptr;
  TRY(check_git(
      git_odb_open_wstream(&raw, store_, static_cast<git_object_size_t>(size), GIT_OBJECT_BLOB),
      kStoring));
  stream_.reset(raw);
  open_path_ = path;
  open_mode_ = mode == archive::FileMode::Executable ? kExecutableMode : kPlainMode;
  bytes_ += size;
  return {};
}

Result<void> ArchiveTree::content(std::span<const char> piece) {
  if (!stream_) {
    return {};
  }
  return check_git(git_odb_stream_write(stream_.get(), piece.data(), piece.size()), kStoring);
}

Result<void> ArchiveTree::end_file() {
  if (!stream_) {
    return {};
  }
  git_oid id;
  TRY(check_git(git_odb_stream_finalize_write(&id, stream_.get()), kStoring));
  stream_.reset();
  objects_.emplace_back(from_git(id), name_of(open_path_));
  return put(open_path_, {from_git(id), open_mode_});
}

/// Folders follow from their files. Their names are looked at all the same.
Result<void> ArchiveTree::add_folder(const std::string& path) {
  if (path.empty()) {
    has_root_ = true;
    return {};
  }
  if (TRY(leaves_out(path))) {
    return {};
  }
  return find(path) != nullptr ? Result<void>(file_and_folder(path)) : Result<void>();
}

Result<void> ArchiveTree::add_symlink(const std::string& path, const std::string& target) {
  if (TRY(leaves_out(path))) {
    return {};
  }
  const Oid id = TRY(store(GIT_OBJECT_BLOB, target));
  return put(path, {id, kSymlinkMode, target});
}

Result<void> ArchiveTree::add_hard_link(const std::string& path, const std::string& earlier) {
  if (TRY(leaves_out(path))) {
    return {};
  }
  const Leaf* leaf = path.empty() || earlier.empty() ? nullptr : find(earlier);
  if (leaf == nullptr) {
    return bad(fmt::format("'{}' is a hard link to '{}', which is not in the archive before it",
                           shown(path), shown(earlier)),
               "make the archive with: tar --hard-dereference");
  }
  return put(path, *leaf);
}

Result<Oid> ArchiveTree::store(git_object_t type, std::string_view content) {
  git_oid id;
  TRY(check_git(git_odb_write(&id, store_, content.data(), content.size(), type), kStoring));
  objects_.emplace_back(from_git(id), "");
  return from_git(id);
}

Result<void> ArchiveTree::check_links(const Folder& folder, const std::string& path) const {
  for (const auto& [name, leaf] : folder.files) {
    const std::string at = joined(path, name);
    if (leaf.mode == kSymlinkMode && !archive::stays_inside(at, leaf.target)) {
      return bad(fmt::format("the link '{}' leads out of the archive, to '{}'", shown(at),
                             shown(leaf.target)),
                 "leave it out, or pack what it leads to: tar --dereference");
    }
  }
  for (const auto& [name, child] : folder.folders) {
    TRY(check_links(child, joined(path, name)));
  }
  return {};
}

Result<Oid> ArchiveTree::store_tree(const Folder& folder, const std::string& name) {
  std::vector<TreeLine> lines;
  for (const auto& [file, leaf] : folder.files) {
    lines.push_back(tree_line(leaf.mode, file, leaf.id));
    ++files_;
  }
  for (const auto& [child, below] : folder.folders) {
    if (below.files.empty() && below.folders.empty()) {
      continue;
    }
    const Oid id = TRY(store_tree(below, child));
    lines.push_back(tree_line(kFolderMode, child, id));
  }
  std::ranges::sort(lines, {}, &TreeLine::sorted_as);
  std::string content;
  for (const TreeLine& line : lines) {
    content += line.bytes;
  }
  const Oid id = TRY(store(GIT_OBJECT_TREE, content));
  objects_.back().second = name;
  return id;
}

Result<Oid> ArchiveTree::finish() {
  const Folder* top = &root_;
  if (!has_root_ && tops_.size() == 1 && root_.folders.size() == 1) {
    stripped_ = root_.folders.begin()->first;
    top = &root_.folders.begin()->second;
  }
  if (top->files.empty() && top->folders.empty()) {
    return bad("the archive has no files");
  }
  TRY(check_links(*top, ""));
  files_ = 0;
  return store_tree(*top, "");
}

}  // namespace minpaas::git
