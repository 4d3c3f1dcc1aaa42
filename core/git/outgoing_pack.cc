#include "core/git/outgoing_pack.h"

#include <string>

#include "core/git/fetch_walk.h"

namespace minpaas::git {
namespace {

using PackBuilderHandle = Handle<git_packbuilder, git_packbuilder_free>;

constexpr std::string_view kMaking = "make the pack";

/// The objects of one pack, each once.
class Selection {
 public:
  Selection(const Repository& repository, git_packbuilder* builder)
      : repository_(repository), builder_(builder) {}

  /// What the peer has: it is left out wherever it is met.
  Result<void> leave_out_tree_of(const Oid& commit) {
    const auto found = TRY(find_commit(repository_, commit));
    return visit(from_git(*git_commit_tree_id(found.get())), "", Action::LeaveOut);
  }

  Result<void> add_commit(const Oid& id) {
    TRY(add(id, ""));
    const auto commit = TRY(find_commit(repository_, id));
    return visit(from_git(*git_commit_tree_id(commit.get())), "", Action::Add);
  }

  Result<void> add_tree(const Oid& id) { return visit(id, "", Action::Add); }

  Result<void> add(const Oid& id, const std::string& name) {
    if (!seen_.insert(id).second) {
      return {};
    }
    const git_oid raw = to_git(id);
    return check_git(git_packbuilder_insert(builder_, &raw, name.c_str()), kMaking);
  }

 private:
  enum class Action { Add, LeaveOut };

  Result<void> take(const Oid& id, const std::string& name, Action action) {
    if (action == Action::Add) {
      return add(id, name);
    }
    seen_.insert(id);
    return {};
  }

  /// Everything below a tree that was not met before. Names help to find good deltas.
  Result<void> visit(const Oid& root, const std::string& root_name, Action action) {
    std::vector<std::pair<Oid, std::string>> open{{root, root_name}};
    while (!open.empty()) {
      const auto [id, name] = open.back();
      open.pop_back();
      if (seen_.contains(id)) {
        continue;
      }
      TRY(take(id, name, action));
      TRY(visit_entries(id, action, open));
    }
    return {};
  }

  Result<void> visit_entries(const Oid& id, Action action,
                             std::vector<std::pair<Oid, std::string>>& open) {
    const git_oid raw_id = to_git(id);
    git_tree* raw = nullptr;
    TRY(check_git(git_tree_lookup(&raw, repository_.raw(), &raw_id), "read a folder"));
    const TreeHandle tree(raw);
    for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
      const Oid child = from_git(*git_tree_entry_id(entry));
      if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        open.emplace_back(child, git_tree_entry_name(entry));
      } else if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
        TRY(take(child, git_tree_entry_name(entry), action));
      }
    }
    return {};
  }

  const Repository& repository_;
  git_packbuilder* builder_;
  std::set<Oid> seen_;
};

/// Parents of what is sent that are not sent: the peer has them, or they are beyond the boundary.
Result<std::set<Oid>> edges_of(const Repository& repository, const std::vector<Oid>& commits,
                               const Fetch& fetch) {
  const std::set<Oid> sent(commits.begin(), commits.end());
  const std::set<Oid>& ends = fetch.boundary ? *fetch.boundary : fetch.peer_shallow;
  std::set<Oid> edges;
  for (const Oid& id : commits) {
    if (ends.contains(id)) {
      continue;
    }
    const auto commit = TRY(find_commit(repository, id));
    for (const Oid& parent : parents_of(commit)) {
      if (!sent.contains(parent)) {
        edges.insert(parent);
      }
    }
  }
  return edges;
}

/// Adds the wants that are no commits, and the tags on the way; returns the commits.
Result<std::vector<Oid>> add_tips(const Repository& repository, const Fetch& fetch,
                                  Selection& selection) {
  std::vector<Oid> tips;
  for (const Oid& want : fetch.wants) {
    const auto peeled = TRY(peel(repository, want));
    for (const Oid& tag : peeled.tags) {
      TRY(selection.add(tag, ""));
    }
    if (peeled.type == GIT_OBJECT_COMMIT) {
      tips.push_back(peeled.target);
    } else {
      TRY(peeled.type == GIT_OBJECT_TREE ? selection.add_tree(peeled.target)
                                         : selection.add(peeled.target, ""));
    }
  }
  return tips;
}

Result<void> add_tags(const Repository& repository, const Fetch& fetch,
                      const std::vector<Oid>& commits, Selection& selection) {
  const std::set<Oid> sent(commits.begin(), commits.end());
  for (const Oid& tag : fetch.tags) {
    const auto peeled = TRY(peel(repository, tag));
    if (!sent.contains(peeled.target)) {
      continue;
    }
    for (const Oid& part : peeled.tags) {
      TRY(selection.add(part, ""));
    }
  }
  return {};
}

Result<void> select(const Repository& repository, const Fetch& fetch, const PackSink& sink,
                    git_packbuilder* builder) {
  Selection selection(repository, builder);
  const auto tips = TRY(add_tips(repository, fetch, selection));
  const auto commits = TRY(commits_to_send(repository, tips, fetch));
  const auto edges = TRY(edges_of(repository, commits, fetch));
  for (const Oid& edge : edges) {
    TRY(selection.leave_out_tree_of(edge));
  }
  for (const Oid& commit : commits) {
    TRY(selection.add_commit(commit));
    const auto count = static_cast<std::uint32_t>(git_packbuilder_object_count(builder));
    if (!sink.progress("Counting objects", count, 0)) {
      return Error{ErrorCode::Cancelled, "the peer is gone", "", ""};
    }
  }
  return add_tags(repository, fetch, commits, selection);
}

int hand_over(void* bytes, std::size_t count, void* sink) noexcept {
  const auto& to = *static_cast<const PackSink*>(sink);
  return to.bytes({static_cast<const char*>(bytes), count}) ? 0 : GIT_EUSER;
}

int tell_progress(int stage, std::uint32_t done, std::uint32_t total, void* sink) noexcept {
  const auto& to = *static_cast<const PackSink*>(sink);
  const bool goes_on =
      stage != GIT_PACKBUILDER_DELTAFICATION || to.progress("Compressing objects", done, total);
  return goes_on ? 0 : GIT_EUSER;
}

}  // namespace

Result<void> write_pack(const Repository& repository, const Fetch& fetch, const PackSink& sink) {
  git_packbuilder* raw = nullptr;
  TRY(check_git(git_packbuilder_new(&raw, repository.raw()), kMaking));
  const PackBuilderHandle builder(raw);
  git_packbuilder_set_threads(builder.get(), 1);
  TRY(select(repository, fetch, sink, builder.get()));
  PackSink to = sink;
  TRY(check_git(git_packbuilder_set_callbacks(builder.get(), tell_progress, &to), kMaking));
  const int status = git_packbuilder_foreach(builder.get(), hand_over, &to);
  if (status == GIT_EUSER) {
    return Error{ErrorCode::Cancelled, "the peer is gone", "", ""};
  }
  return check_git(status, kMaking);
}

}  // namespace minpaas::git
