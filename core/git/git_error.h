#pragma once

#include <git2.h>

#include <algorithm>
#include <string_view>

#include "core/app/oid.h"
#include "core/base/handle.h"
#include "core/base/result.h"

/// Private to core/git: libgit2's return codes as Results, its objects as handles.
namespace minpaas::git {

using OdbHandle = Handle<git_odb, git_odb_free>;
using OdbObjectHandle = Handle<git_odb_object, git_odb_object_free>;
using TreeHandle = Handle<git_tree, git_tree_free>;
using CommitHandle = Handle<git_commit, git_commit_free>;

/// Success for status >= 0; else an Error that carries libgit2's own words as cause. Call it at
/// once after the libgit2 call, on the same thread.
Result<void> check_git(int status, std::string_view action);

inline git_oid to_git(const Oid& oid) {
  git_oid raw;
  std::copy(oid.raw().begin(), oid.raw().end(), raw.id);
  return raw;
}

inline Oid from_git(const git_oid& raw) {
  std::array<unsigned char, Oid::kRawBytes> bytes{};
  std::copy(raw.id, raw.id + Oid::kRawBytes, bytes.begin());
  return Oid(bytes);
}

}  // namespace minpaas::git
