#include "tests/support/commits.h"

#include <git2.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "core/base/handle.h"

namespace minpaas::test {
namespace {

using Repository = Handle<git_repository, git_repository_free>;
using Index = Handle<git_index, git_index_free>;
using Tree = Handle<git_tree, git_tree_free>;
using Commit = Handle<git_commit, git_commit_free>;
using Signature = Handle<git_signature, git_signature_free>;

void require(int status, const char* what) {
  if (status < 0) {
    const git_error* error = git_error_last();
    throw std::runtime_error(std::string(what) + ": " + (error ? error->message : ""));
  }
}

Repository open(const std::filesystem::path& folder) {
  git_repository* raw = nullptr;
  require(git_repository_open_bare(&raw, folder.c_str()), "open");
  return Repository(raw);
}

void add(git_index* index, const std::string& path, const std::string& content) {
  git_index_entry entry{};
  entry.path = path.c_str();
  entry.mode = GIT_FILEMODE_BLOB;
  if (content == kSubmodule) {
    entry.mode = GIT_FILEMODE_COMMIT;
    entry.id.id[0] = 1;
    require(git_index_add(index, &entry), "add a submodule");
    return;
  }
  require(git_index_add_from_buffer(index, &entry, content.data(), content.size()), "add a file");
}

Oid to_oid(const git_oid& raw) {
  std::array<unsigned char, Oid::kRawBytes> bytes{};
  std::copy(raw.id, raw.id + bytes.size(), bytes.begin());
  return Oid(bytes);
}

}  // namespace

Oid make_commit(const std::filesystem::path& repository, const CommitFiles& files,
                const std::string& message, const Oid& parent) {
  const Repository repo = open(repository);
  git_index* raw_index = nullptr;
  require(git_repository_index(&raw_index, repo.get()), "index");
  const Index index(raw_index);
  require(git_index_clear(index.get()), "clear");
  for (const auto& [path, content] : files) {
    add(index.get(), path, content);
  }
  git_oid tree_id;
  require(git_index_write_tree(&tree_id, index.get()), "write the tree");
  git_tree* raw_tree = nullptr;
  require(git_tree_lookup(&raw_tree, repo.get(), &tree_id), "read the tree");
  const Tree tree(raw_tree);
  git_signature* raw_signature = nullptr;
  require(git_signature_new(&raw_signature, "A", "a@example.org", 1'700'000'000, 0), "sign");
  const Signature signature(raw_signature);
  git_commit* raw_parent = nullptr;
  if (!parent.is_zero()) {
    git_oid id;
    std::copy(parent.raw().begin(), parent.raw().end(), id.id);
    require(git_commit_lookup(&raw_parent, repo.get(), &id), "read the parent");
  }
  const Commit parent_commit(raw_parent);
  const git_commit* parents[] = {raw_parent};
  git_oid commit;
  require(git_commit_create(&commit, repo.get(), nullptr, signature.get(), signature.get(), nullptr,
                            message.c_str(), tree.get(), raw_parent == nullptr ? 0 : 1, parents),
          "commit");
  return to_oid(commit);
}

Oid read_ref(const std::filesystem::path& repository, const std::string& name) {
  const Repository repo = open(repository);
  git_oid found;
  return git_reference_name_to_id(&found, repo.get(), name.c_str()) == 0 ? to_oid(found) : Oid();
}

}  // namespace minpaas::test
