#include "core/git/archive_commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/git/archive_tree.h"
#include "core/git/quarantine.h"

namespace minpaas::git {
namespace {

using PackBuilderHandle = Handle<git_packbuilder, git_packbuilder_free>;

constexpr seconds kLockPatience{60};
constexpr std::string_view kPacking = "store the archive";

/// Angle brackets and line ends would end the name in a commit's header.
std::string name_for_commit(const std::string& name) {
  std::string plain;
  std::ranges::copy_if(name, std::back_inserter(plain), [](char c) {
    return c != '<' && c != '>' && static_cast<unsigned char>(c) >= ' ';
  });
  return plain.empty() ? "unknown" : plain;
}

std::string commit_text(const Oid& tree, const NewCommit& commit) {
  const auto when = std::chrono::floor<seconds>(commit.at).time_since_epoch().count();
  const std::string who =
      fmt::format("{} <> {} +0000", name_for_commit(commit.author), static_cast<long long>(when));
  return fmt::format("tree {}\n{}author {}\ncommitter {}\n\n{}\n", tree.hex(),
                     commit.parent ? fmt::format("parent {}\n", commit.parent->hex()) : "", who,
                     who, commit.message);
}

/// Hands the pieces of a pack to its receiver.
struct PackPipe {
  PackReceiver& receiver;
  const CheckTick& tick;
  std::optional<Error> failed;

  static int on_piece(void* bytes, size_t size, void* context) noexcept {
    auto& pipe = *static_cast<PackPipe*>(context);
    const auto ticked = pipe.tick();
    if (!ticked) {
      pipe.failed = ticked.error();
      return -1;
    }
    const auto taken = pipe.receiver.append({static_cast<const std::byte*>(bytes), size});
    if (!taken) {
      pipe.failed = taken.error();
    }
    return taken ? 0 : -1;
  }
};

/// What the repository has already is not packed again: it is complete, or it would not be there.
Result<void> insert_new(git_packbuilder* builder, const Repository& repository,
                        const ArchiveTree& tree) {
  std::set<Oid> seen;
  for (const auto& [id, name] : tree.objects()) {
    if (seen.insert(id).second && !repository.has_object(id)) {
      const git_oid raw = to_git(id);
      TRY(check_git(git_packbuilder_insert(builder, &raw, name.c_str()), kPacking));
    }
  }
  return {};
}

/// From the objects beside the repository into its quarantine.
Result<void> send_pack(const Repository& repository, const ArchiveTree& tree,
                       const std::filesystem::path& loose, PackPipe& pipe) {
  const auto both = TRY(Repository::open(repository.folder()));
  git_odb* raw_odb = nullptr;
  TRY(check_git(git_repository_odb(&raw_odb, both.raw()), kPacking));
  const OdbHandle odb(raw_odb);
  TRY(check_git(git_odb_add_disk_alternate(odb.get(), loose.c_str()), kPacking));
  git_packbuilder* raw = nullptr;
  TRY(check_git(git_packbuilder_new(&raw, both.raw()), kPacking));
  const PackBuilderHandle builder(raw);
  git_packbuilder_set_threads(builder.get(), 1);
  TRY(insert_new(builder.get(), repository, tree));
  const auto sent =
      check_git(git_packbuilder_foreach(builder.get(), PackPipe::on_piece, &pipe), kPacking);
  return pipe.failed ? Result<void>(*pipe.failed) : sent;
}

}  // namespace

Result<ArchiveCommit> commit_archive(Repository& repository, const archive::Take& take,
                                     const archive::ReadLimits& limits,
                                     const PackLimits& pack_limits, const NewCommit& commit,
                                     const CheckTick& tick) {
  // First, for it refuses when the disk is nearly full.
  const auto receiver = TRY(PackReceiver::begin(repository, pack_limits));
  const auto beside = TRY(Quarantine::make(repository.folder() / "objects"));
  git_odb* raw = nullptr;
  TRY(check_git(git_odb_open(&raw, beside.folder().c_str()), kPacking));
  const OdbHandle store(raw);
  ArchiveTree tree(store.get());
  TRY(archive::read_tar(take, limits, tree));
  const Oid root = TRY(tree.finish());
  const Oid id = TRY(tree.store(GIT_OBJECT_COMMIT, commit_text(root, commit)));
  PackPipe pipe{*receiver, tick, std::nullopt};
  TRY(send_pack(repository, tree, beside.folder(), pipe));
  TRY(receiver->check({id}, tick));
  const auto lock =
      TRY(PushLock::acquire(repository.folder(), std::chrono::steady_clock::now() + kLockPatience));
  TRY(receiver->keep());
  return ArchiveCommit{id, tree.files(), tree.bytes(), tree.stripped(), tree.left_out()};
}

}  // namespace minpaas::git
