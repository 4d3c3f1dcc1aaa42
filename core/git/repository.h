#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/oid.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/git/source_tree.h"

struct git_repository;

namespace minpaas::git {

/// Process-wide set-up of libgit2: no system or user configuration, fsync on, limits. Call once
/// before anything else of this folder and keep the object for the life of the program.
class Library {
 public:
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

/// A full ref name, `refs/heads/main`: begins with `refs/`, has at least three parts, passes
/// git-check-ref-format, has no part longer than 200 bytes.
class RefName {
 public:
  static Result<RefName> parse(std::string_view text);
  /// `refs/heads/main` from `main`. Errors: InvalidInput, also for what git takes for no branch
  /// (`refs/...`, `HEAD`, `-x`).
  static Result<RefName> branch(std::string_view short_name);

  [[nodiscard]] const std::string& str() const { return text_; }

  /// `main` for `refs/heads/main`, `v1` for `refs/tags/v1`.
  [[nodiscard]] std::string_view short_name() const;

  [[nodiscard]] bool is_branch() const { return text_.starts_with("refs/heads/"); }

  [[nodiscard]] bool is_tag() const { return text_.starts_with("refs/tags/"); }

  auto operator<=>(const RefName&) const = default;

 private:
  explicit RefName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

struct Ref {
  std::string name;
  Oid target;
};

/// One change of one ref, as in a push: create (old zero), update, delete (new zero).
struct RefUpdate {
  RefName name;
  Oid old_oid;
  Oid new_oid;
};

struct CommitSummary {
  Oid id;
  std::string author;
  /// First line of the message.
  std::string subject;
};

/// A bare repository. Thread: one handle per thread; open as many as needed.
class Repository {
 public:
  /// Creates an empty bare repository (0700, no hooks folder, HEAD -> refs/heads/<branch>).
  /// Errors: AlreadyExists.
  static Result<Repository> init(const std::filesystem::path& folder, std::string_view branch);
  /// Errors: NotFound, Corrupt.
  static Result<Repository> open(const std::filesystem::path& folder);
  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// All refs, sorted by name, `refs/minpaas/` left out.
  Result<std::vector<Ref>> refs() const;
  /// Zero when the ref does not exist.
  Result<Oid> resolve(const RefName& name) const;
  /// Whether the ref exists and only points to another ref.
  [[nodiscard]] bool is_symbolic(const RefName& name) const;
  [[nodiscard]] bool has_object(const Oid& id) const;
  [[nodiscard]] bool is_commit(const Oid& id) const;
  Result<CommitSummary> commit(const Oid& id) const;
  /// The repository must outlive the tree. Errors: NotFound, InvalidInput when it is not a commit.
  Result<std::unique_ptr<SourceTree>> tree_of(const Oid& commit) const;
  /// Moves one ref if it still is at `update.old_oid`. Durable when it returns.
  /// Errors: Conflict (moved meanwhile, or a directory/file clash of names), Busy (lock held).
  /// Take the repository's PushLock first.
  Result<void> update_ref(const RefUpdate& update);
  /// All of them or none (every old-oid is checked under the locks before any ref changes).
  Result<void> update_refs_atomically(const std::vector<RefUpdate>& updates);
  /// The ref that HEAD points to, whether it exists or not. Errors: NotFound (HEAD is detached).
  Result<std::string> head_branch() const;
  /// Points HEAD at the branch; used on the first push.
  Result<void> set_head(const RefName& branch);
  /// Deletes quarantines and locks that a crash left. Only at start-up.
  Result<void> sweep();
  /// Gathers small packs into one when more than `most_packs` have piled up, and tells whether it
  /// did. A pack that is larger than all smaller ones together stays as it is, so the work is that
  /// of the recent pushes. No object is dropped. Needs the PushLock.
  Result<bool> consolidate(int most_packs);

  /// For the other files of this folder only.
  [[nodiscard]] git_repository* raw() const { return raw_; }

 private:
  Repository(git_repository* raw, std::filesystem::path folder);
  git_repository* raw_ = nullptr;
  std::filesystem::path folder_;
};

/// Exclusive lock of one repository folder: pushes, ref moves and maintenance. flock() on a file in
/// the folder, so that two processes are kept apart as well; threads of one process are, too.
class PushLock {
 public:
  /// Waits until `deadline`. Errors: Busy.
  static Result<PushLock> acquire(const std::filesystem::path& repository, SteadyTime deadline);

 private:
  explicit PushLock(Fd file) : file_(std::move(file)) {}

  /// An open file description of its own per lock: flock() then also keeps threads apart.
  Fd file_;
};

}  // namespace minpaas::git
