#include "core/git/fetch_walk.h"

#include <deque>

namespace minpaas::git {
namespace {

using ObjectHandle = Handle<git_object, git_object_free>;
using WalkHandle = Handle<git_revwalk, git_revwalk_free>;

constexpr std::string_view kReading = "read the history";

/// Everything that the tips reach, over no commit of `ends`.
Result<std::set<Oid>> closure(const Repository& repository, const std::vector<Oid>& tips,
                              const std::set<Oid>& ends) {
  std::set<Oid> reached(tips.begin(), tips.end());
  std::vector<Oid> open = tips;
  while (!open.empty()) {
    const Oid next = open.back();
    open.pop_back();
    if (ends.contains(next)) {
      continue;
    }
    const auto commit = TRY(find_commit(repository, next));
    for (const Oid& parent : parents_of(commit)) {
      if (reached.insert(parent).second) {
        open.push_back(parent);
      }
    }
  }
  return reached;
}

Result<std::vector<Oid>> walk(const Repository& repository, const std::vector<Oid>& tips,
                              const std::vector<Oid>& haves) {
  git_revwalk* raw = nullptr;
  TRY(check_git(git_revwalk_new(&raw, repository.raw()), kReading));
  const WalkHandle walk(raw);
  TRY(check_git(git_revwalk_sorting(walk.get(), GIT_SORT_TIME), kReading));
  for (const Oid& tip : tips) {
    const git_oid id = to_git(tip);
    TRY(check_git(git_revwalk_push(walk.get(), &id), kReading));
  }
  for (const Oid& have : haves) {
    const git_oid id = to_git(have);
    TRY(check_git(git_revwalk_hide(walk.get(), &id), kReading));
  }
  std::vector<Oid> commits;
  git_oid next;
  for (;;) {
    const int status = git_revwalk_next(&next, walk.get());
    if (status == GIT_ITEROVER) {
      return commits;
    }
    TRY(check_git(status, kReading));
    commits.push_back(from_git(next));
  }
}

}  // namespace

Result<CommitHandle> find_commit(const Repository& repository, const Oid& id) {
  const git_oid raw_id = to_git(id);
  git_commit* raw = nullptr;
  TRY(check_git(git_commit_lookup(&raw, repository.raw(), &raw_id), "find the commit"));
  return CommitHandle(raw);
}

std::vector<Oid> parents_of(const CommitHandle& commit) {
  std::vector<Oid> parents;
  for (unsigned int i = 0; i < git_commit_parentcount(commit.get()); ++i) {
    parents.push_back(from_git(*git_commit_parent_id(commit.get(), i)));
  }
  return parents;
}

Result<Peeled> peel(const Repository& repository, const Oid& id) {
  Peeled peeled;
  peeled.target = id;
  for (;;) {
    const git_oid raw_id = to_git(peeled.target);
    git_object* raw = nullptr;
    TRY(check_git(git_object_lookup(&raw, repository.raw(), &raw_id, GIT_OBJECT_ANY),
                  "find the object"));
    const ObjectHandle object(raw);
    peeled.type = git_object_type(object.get());
    if (peeled.type != GIT_OBJECT_TAG) {
      return peeled;
    }
    peeled.tags.push_back(peeled.target);
    git_tag* raw_tag = nullptr;
    TRY(check_git(git_tag_lookup(&raw_tag, repository.raw(), &raw_id), "find the tag"));
    const Handle<git_tag, git_tag_free> tag(raw_tag);
    peeled.target = from_git(*git_tag_target_id(tag.get()));
  }
}

Result<Oid> peeled(const Repository& repository, const Oid& id) {
  return TRY(peel(repository, id)).target;
}

Result<DepthCut> cut_at_depth(const Repository& repository, const std::vector<Oid>& wants,
                              std::uint32_t depth) {
  DepthCut cut;
  std::deque<std::pair<Oid, std::uint32_t>> open;
  for (const Oid& want : wants) {
    const auto peeled = TRY(peel(repository, want));
    if (peeled.type == GIT_OBJECT_COMMIT && cut.within.insert(peeled.target).second) {
      open.emplace_back(peeled.target, 1);
    }
  }
  while (!open.empty()) {
    const auto [id, level] = open.front();
    open.pop_front();
    const auto commit = TRY(find_commit(repository, id));
    const auto parents = parents_of(commit);
    if (level >= depth) {
      // Breadth first: no shorter way leads to it.
      if (!parents.empty()) {
        cut.boundary.insert(id);
      }
      continue;
    }
    for (const Oid& parent : parents) {
      if (cut.within.insert(parent).second) {
        open.emplace_back(parent, level + 1);
      }
    }
  }
  return cut;
}

Result<bool> descends_from_any(const Repository& repository, const Oid& commit,
                               const std::vector<Oid>& others) {
  const git_oid id = to_git(commit);
  for (const Oid& other : others) {
    const git_oid old = to_git(other);
    const int found = commit == other ? 1 : git_graph_descendant_of(repository.raw(), &id, &old);
    TRY(check_git(found, kReading));
    if (found == 1) {
      return true;
    }
  }
  return false;
}

Result<std::vector<Oid>> commits_to_send(const Repository& repository, const std::vector<Oid>& tips,
                                         const Fetch& fetch) {
  if (fetch.peer_shallow.empty() && !fetch.boundary) {
    return walk(repository, tips, fetch.haves);
  }
  const auto wanted =
      TRY(closure(repository, tips, fetch.boundary ? *fetch.boundary : fetch.peer_shallow));
  const auto known = TRY(closure(repository, fetch.haves, fetch.peer_shallow));
  std::vector<Oid> commits;
  for (const Oid& commit : wanted) {
    if (!known.contains(commit)) {
      commits.push_back(commit);
    }
  }
  return commits;
}

}  // namespace minpaas::git
