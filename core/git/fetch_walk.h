#pragma once

#include <vector>

#include "core/git/git_error.h"
#include "core/git/outgoing_pack.h"

/// Private to core/git: which commits a fetch sends.
namespace minpaas::git {

Result<CommitHandle> find_commit(const Repository& repository, const Oid& id);

/// Ids of the parents.
std::vector<Oid> parents_of(const CommitHandle& commit);

/// A want with the tags on the way to what they name.
struct Peeled {
  std::vector<Oid> tags;
  Oid target;
  git_object_t type = GIT_OBJECT_INVALID;
};

Result<Peeled> peel(const Repository& repository, const Oid& id);

/// Commits that the tips reach and the peer lacks, newest first where it has no shallow history.
Result<std::vector<Oid>> commits_to_send(const Repository& repository, const std::vector<Oid>& tips,
                                         const Fetch& fetch);

}  // namespace minpaas::git
