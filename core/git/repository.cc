#include "core/git/repository.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"
#include "core/git/durable_writes.h"
#include "core/git/git_error.h"

namespace minpaas::git {
namespace {

constexpr std::size_t kMostRefPartBytes = 200;
constexpr std::size_t kMostRefBytes = 1000;
constexpr std::string_view kHiddenRefs = "refs/minpaas/";

using IteratorHandle = Handle<git_reference_iterator, git_reference_iterator_free>;
using ReferenceHandle = Handle<git_reference, git_reference_free>;
using BlobHandle = Handle<git_blob, git_blob_free>;
using EntryHandle = Handle<git_tree_entry, git_tree_entry_free>;
using RefdbHandle = Handle<git_refdb, git_refdb_free>;
using ObjectHandle = Handle<git_object, git_object_free>;

Result<CommitHandle> lookup_commit(git_repository* repository, const Oid& id) {
  const git_oid raw = to_git(id);
  git_object* found = nullptr;
  TRY(check_git(git_object_lookup(&found, repository, &raw, GIT_OBJECT_ANY),
                fmt::format("find object {}", id.short_hex())));
  const ObjectHandle object(found);
  if (git_object_type(object.get()) != GIT_OBJECT_COMMIT) {
    return Error{ErrorCode::InvalidInput, fmt::format("{} is no commit", id.short_hex()), "", ""};
  }
  git_commit* commit = nullptr;
  TRY(check_git(git_commit_lookup(&commit, repository, &raw), "read the commit"));
  return CommitHandle(commit);
}

/// libgit2 1.5 decides once per handle, when it first looks at the refs, whether to sync them.
Result<void> make_refs_durable(git_repository* repository) {
  const DurableWrites durable;
  git_refdb* raw = nullptr;
  TRY(check_git(git_repository_refdb(&raw, repository), "open the refs"));
  const RefdbHandle refdb(raw);
  return {};
}

class CommitTree : public SourceTree {
 public:
  CommitTree(git_repository* repository, TreeHandle tree)
      : repository_(repository), tree_(std::move(tree)) {}

  [[nodiscard]] bool has_file(std::string_view path) const override {
    auto entry = find(path);
    return entry && git_tree_entry_type(entry->get()) == GIT_OBJECT_BLOB;
  }

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t most_bytes) const override {
    auto entry = TRY(find(path));
    git_blob* found = nullptr;
    TRY(check_git(git_blob_lookup(&found, repository_, git_tree_entry_id(entry.get())),
                  fmt::format("read {}", path)));
    const BlobHandle blob(found);
    const auto size = static_cast<std::size_t>(git_blob_rawsize(blob.get()));
    if (size > most_bytes) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("{} has {} bytes, at most {} are read", path, size, most_bytes), "",
                   ""};
    }
    return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())), size);
  }

  [[nodiscard]] std::vector<std::string> root_entries() const override {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < git_tree_entrycount(tree_.get()); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree_.get(), i);
      names.emplace_back(git_tree_entry_name(entry));
      if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        names.back() += '/';
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  Result<EntryHandle> find(std::string_view path) const {
    git_tree_entry* entry = nullptr;
    TRY(check_git(git_tree_entry_bypath(&entry, tree_.get(), std::string(path).c_str()),
                  fmt::format("find {}", path)));
    return EntryHandle(entry);
  }

  git_repository* repository_;
  TreeHandle tree_;
};

}  // namespace

Result<RefName> RefName::parse(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return Error{ErrorCode::InvalidInput, fmt::format("bad ref name: {}", why), "", ""};
  };
  if (!text.starts_with("refs/") || text.size() > kMostRefBytes ||
      text.find('\x7f') != std::string_view::npos || text.find('\0') != std::string_view::npos) {
    return bad("it must begin with refs/ and have no control characters");
  }
  int valid = 0;
  if (git_reference_name_is_valid(&valid, std::string(text).c_str()) != 0 || valid == 0) {
    return bad("git-check-ref-format refuses it");
  }
  if (std::count(text.begin(), text.end(), '/') < 2) {
    return bad("it needs a folder below refs/");
  }
  std::size_t part = 0;
  for (const char c : text) {
    part = c == '/' ? 0 : part + 1;
    if (part > kMostRefPartBytes) {
      return bad("a part is longer than 200 bytes");
    }
  }
  return RefName(std::string(text));
}

Result<RefName> RefName::branch(std::string_view short_name) {
  auto name = parse("refs/heads/" + std::string(short_name));
  // git refuses these as branches too: they mean something else wherever a branch is named.
  if (!name || short_name.starts_with("refs/") || short_name.starts_with('-') ||
      short_name == "HEAD") {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' is no branch name", shown_if_short(short_name, 60)),
                 "write the branch alone, like main", ""};
  }
  return name;
}

std::string_view RefName::short_name() const {
  std::string_view name = text_;
  name.remove_prefix(std::string_view("refs/").size());
  return name.substr(name.find('/') + 1);
}

Repository::Repository(git_repository* raw, std::filesystem::path folder)
    : raw_(raw), folder_(std::move(folder)) {}

Repository::Repository(Repository&& other) noexcept
    : raw_(std::exchange(other.raw_, nullptr)), folder_(std::move(other.folder_)) {}

Repository& Repository::operator=(Repository&& other) noexcept {
  std::swap(raw_, other.raw_);
  std::swap(folder_, other.folder_);
  return *this;
}

Repository::~Repository() {
  git_repository_free(raw_);
}

Result<Repository> Repository::init(const std::filesystem::path& folder, std::string_view branch) {
  // One that a crash left half made is finished.
  if (std::filesystem::exists(folder / "HEAD") && Repository::open(folder)) {
    return Error{ErrorCode::AlreadyExists,
                 fmt::format("{} is a repository already", folder.string()), "", ""};
  }
  const DurableWrites durable;
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  const std::string head(branch);
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
  options.initial_head = head.c_str();
  git_repository* raw = nullptr;
  TRY(check_git(git_repository_init_ext(&raw, folder.c_str(), &options), "create the repository"));
  Repository repository(raw, folder);
  TRY(make_refs_durable(raw));
  std::error_code ignored;
  std::filesystem::remove_all(folder / "hooks", ignored);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  return repository;
}

Result<Repository> Repository::open(const std::filesystem::path& folder) {
  git_repository* raw = nullptr;
  TRY(check_git(git_repository_open_bare(&raw, folder.c_str()),
                fmt::format("open the repository {}", folder.string())));
  Repository repository(raw, folder);
  TRY(make_refs_durable(raw));
  return repository;
}

Result<std::vector<Ref>> Repository::refs() const {
  git_reference_iterator* raw_iterator = nullptr;
  TRY(check_git(git_reference_iterator_new(&raw_iterator, raw_), "list the refs"));
  const IteratorHandle iterator(raw_iterator);
  std::vector<Ref> refs;
  for (;;) {
    git_reference* next = nullptr;
    const int status = git_reference_next(&next, iterator.get());
    if (status == GIT_ITEROVER) {
      break;
    }
    TRY(check_git(status, "list the refs"));
    const ReferenceHandle reference(next);
    const std::string name = git_reference_name(reference.get());
    const git_oid* target = git_reference_target(reference.get());
    if (target != nullptr && !name.starts_with(kHiddenRefs)) {
      refs.push_back({name, from_git(*target)});
    }
  }
  std::sort(refs.begin(), refs.end(), [](const Ref& a, const Ref& b) { return a.name < b.name; });
  return refs;
}

Result<Oid> Repository::resolve(const RefName& name) const {
  git_oid target;
  const int status = git_reference_name_to_id(&target, raw_, name.str().c_str());
  if (status == GIT_ENOTFOUND) {
    return Oid();
  }
  TRY(check_git(status, fmt::format("read {}", name.str())));
  return from_git(target);
}

bool Repository::is_symbolic(const RefName& name) const {
  git_reference* found = nullptr;
  if (git_reference_lookup(&found, raw_, name.str().c_str()) != 0) {
    return false;
  }
  return git_reference_type(ReferenceHandle(found).get()) == GIT_REFERENCE_SYMBOLIC;
}

bool Repository::has_object(const Oid& id) const {
  git_odb* raw_odb = nullptr;
  if (git_repository_odb(&raw_odb, raw_) != 0) {
    return false;
  }
  const OdbHandle odb(raw_odb);
  const git_oid raw = to_git(id);
  return git_odb_exists(odb.get(), &raw) == 1;
}

bool Repository::is_commit(const Oid& id) const {
  return lookup_commit(raw_, id).has_value();
}

Result<CommitSummary> Repository::commit(const Oid& id) const {
  const auto commit = TRY(lookup_commit(raw_, id));
  const git_signature* author = git_commit_author(commit.get());
  const char* subject = git_commit_summary(commit.get());
  return CommitSummary{id, author != nullptr ? author->name : "",
                       subject != nullptr ? subject : ""};
}

Result<std::unique_ptr<SourceTree>> Repository::tree_of(const Oid& commit) const {
  const auto found = TRY(lookup_commit(raw_, commit));
  git_tree* tree = nullptr;
  TRY(check_git(git_commit_tree(&tree, found.get()), "read the tree of the commit"));
  return std::unique_ptr<SourceTree>(std::make_unique<CommitTree>(raw_, TreeHandle(tree)));
}

Result<std::string> Repository::head_branch() const {
  git_reference* found = nullptr;
  TRY(check_git(git_reference_lookup(&found, raw_, "HEAD"), "read HEAD"));
  const ReferenceHandle head(found);
  const char* target = git_reference_symbolic_target(head.get());
  if (target == nullptr) {
    return Error{ErrorCode::NotFound, "HEAD is no branch", "", ""};
  }
  return std::string(target);
}

Result<void> Repository::set_head(const RefName& branch) {
  const DurableWrites durable;
  return check_git(git_repository_set_head(raw_, branch.str().c_str()), "set HEAD");
}

Result<void> Repository::sweep() {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "objects", failed)) {
    if (entry.path().filename().string().starts_with("tmp_objdir-")) {
      std::filesystem::remove_all(entry.path(), failed);
    }
  }
  std::vector<std::filesystem::path> locks;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder_ / "refs", failed)) {
    if (entry.path().extension() == ".lock") {
      locks.push_back(entry.path());
    }
  }
  for (const char* name : {"HEAD.lock", "packed-refs.lock", "config.lock"}) {
    locks.push_back(folder_ / name);
  }
  for (const auto& lock : locks) {
    std::filesystem::remove(lock, failed);
  }
  return {};
}

}  // namespace minpaas::git
