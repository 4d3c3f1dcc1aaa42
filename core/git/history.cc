#include "core/git/history.h"

#include "core/git/git_error.h"

namespace minpaas::git {
namespace {

using WalkHandle = Handle<git_revwalk, git_revwalk_free>;

}  // namespace

Result<std::vector<CommitSummary>> commits_since(const Repository& repository, const Oid& from,
                                                 const Oid& to, std::size_t most) {
  git_revwalk* raw = nullptr;
  TRY(check_git(git_revwalk_new(&raw, repository.raw()), "read the history"));
  const WalkHandle walk(raw);
  const git_oid first = to_git(to);
  const git_oid known = to_git(from);
  TRY(check_git(git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME),
                "read the history"));
  TRY(check_git(git_revwalk_push(walk.get(), &first), "find the commit"));
  TRY(check_git(git_revwalk_hide(walk.get(), &known), "find the commit"));
  std::vector<CommitSummary> commits;
  git_oid next;
  while (commits.size() < most) {
    const int status = git_revwalk_next(&next, walk.get());
    if (status == GIT_ITEROVER) {
      break;
    }
    TRY(check_git(status, "read the history"));
    commits.push_back(TRY(repository.commit(from_git(next))));
  }
  return commits;
}

}  // namespace minpaas::git
