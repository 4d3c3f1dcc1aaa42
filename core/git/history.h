#pragma once

#include <vector>

#include "core/git/repository.h"

namespace minpaas::git {

/// Commits of `to`'s history that are not in `from`'s, newest first, at most `most`.
/// Errors: NotFound (one of the two is not in the repository).
Result<std::vector<CommitSummary>> commits_since(const Repository& repository, const Oid& from,
                                                 const Oid& to, std::size_t most);

}  // namespace minpaas::git
