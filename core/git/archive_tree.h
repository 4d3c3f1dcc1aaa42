#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/archive/tar_reader.h"
#include "core/git/git_error.h"

namespace minpaas::git {

/// Takes the entries of an archive into an object database of its own: blobs as they come, trees
/// at the end. Thread: one.
class ArchiveTree : public archive::TarSink {
 public:
  /// `store` must outlive it.
  explicit ArchiveTree(git_odb* store) : store_(store) {}

  Result<void> begin_file(const std::string& path, archive::FileMode mode, long long size) override;
  Result<void> content(std::span<const char> piece) override;
  Result<void> end_file() override;
  Result<void> add_folder(const std::string& path) override;
  Result<void> add_symlink(const std::string& path, const std::string& target) override;
  Result<void> add_hard_link(const std::string& path, const std::string& earlier) override;

  /// Stores the trees and gives the root. Errors: InvalidInput.
  Result<Oid> finish();
  /// An object that is no part of the tree.
  Result<Oid> store(git_object_t type, std::string_view content);

  /// Of all objects, by what name each was met; each may be there several times.
  [[nodiscard]] const std::vector<std::pair<Oid, std::string>>& objects() const { return objects_; }

  [[nodiscard]] int files() const { return files_; }

  [[nodiscard]] long long bytes() const { return bytes_; }

  [[nodiscard]] const std::string& stripped() const { return stripped_; }

  [[nodiscard]] int left_out() const { return left_out_; }

 private:
  struct Leaf {
    Oid id;
    unsigned mode = 0;
    /// Of a symbolic link.
    std::string target = {};
  };

  struct Folder {
    std::map<std::string, Folder, std::less<>> folders;
    std::map<std::string, Leaf, std::less<>> files;
  };

  using StreamHandle = Handle<git_odb_stream, git_odb_stream_free>;

  /// Whether the entry is left out. Errors: InvalidInput (a name that a checkout could take for
  /// `.git`).
  Result<bool> leaves_out(std::string_view path);
  Result<void> put(const std::string& path, Leaf leaf);
  /// Makes folders on the way. Errors: InvalidInput (there is a file).
  Result<Folder*> folder_of(std::string_view path);
  [[nodiscard]] const Leaf* find(std::string_view path) const;
  Result<void> check_links(const Folder& folder, const std::string& path) const;
  Result<Oid> store_tree(const Folder& folder, const std::string& name);

  git_odb* store_;
  Folder root_;
  StreamHandle stream_;
  /// Of the file that is being read; empty while one is left out.
  std::string open_path_;
  unsigned open_mode_ = 0;
  std::vector<std::pair<Oid, std::string>> objects_;
  int files_ = 0;
  long long bytes_ = 0;
  int left_out_ = 0;
  std::string stripped_;
  /// First parts of all paths, also of what is left out.
  std::set<std::string, std::less<>> tops_;
  /// The archive has an entry of the folder itself (`./`): what is in it is the app's root.
  bool has_root_ = false;
};

}  // namespace minpaas::git
