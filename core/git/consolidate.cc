#include <git2/sys/odb_backend.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/file.h"
#include "core/git/git_error.h"
#include "core/git/quarantine.h"
#include "core/git/repository.h"

namespace minpaas::git {
namespace {

using PackBuilderHandle = Handle<git_packbuilder, git_packbuilder_free>;

struct StoredPack {
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
};

/// The packs of the folder, smallest first.
std::vector<StoredPack> packs_in(const std::filesystem::path& folder) {
  std::vector<StoredPack> packs;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".pack") {
      packs.push_back({entry.path(), entry.file_size(failed)});
    }
  }
  std::sort(packs.begin(), packs.end(),
            [](const StoredPack& a, const StoredPack& b) { return a.bytes < b.bytes; });
  return packs;
}

/// Keeps the packs that are to be gathered: all up to the first that outweighs those before it. At
/// least half of the packs go, or else many of like size would never be gathered.
void keep_small(std::vector<StoredPack>& packs) {
  std::uintmax_t sum = 0;
  std::size_t count = 0;
  while (count < packs.size() && (count < packs.size() / 2 || packs[count].bytes <= sum)) {
    sum += packs[count].bytes;
    ++count;
  }
  packs.resize(count);
}

int add_to_pack(const git_oid* id, void* builder) noexcept {
  return git_packbuilder_insert(static_cast<git_packbuilder*>(builder), id, nullptr);
}

/// Every object of the pack, not only reachable ones: a queued deploy's commit has no ref yet.
Result<void> add_objects(git_packbuilder* builder, const StoredPack& pack) {
  auto index = pack.file;
  index.replace_extension(".idx");
  git_odb* raw = nullptr;
  TRY(check_git(git_odb_new(&raw), "read a pack"));
  const OdbHandle odb(raw);
  git_odb_backend* backend = nullptr;
  TRY(check_git(git_odb_backend_one_pack(&backend, index.c_str()), "read a pack"));
  TRY(check_git(git_odb_add_backend(odb.get(), backend, 1), "read a pack"));
  return check_git(git_odb_foreach(odb.get(), add_to_pack, builder), "gather the packs");
}

void remove_pack(std::filesystem::path pack) {
  std::error_code ignored;
  // Without its index a pack is no longer found; readers that have it open keep it.
  std::filesystem::remove(std::filesystem::path(pack).replace_extension(".idx"), ignored);
  std::filesystem::remove(pack, ignored);
}

}  // namespace

Result<bool> Repository::consolidate(int most_packs) {
  const auto objects = folder_ / "objects";
  auto packs = packs_in(objects / "pack");
  if (static_cast<int>(packs.size()) <= most_packs) {
    return false;
  }
  keep_small(packs);
  git_packbuilder* raw_builder = nullptr;
  TRY(check_git(git_packbuilder_new(&raw_builder, raw_), "gather the packs"));
  const PackBuilderHandle builder(raw_builder);
  for (const auto& pack : packs) {
    TRY(add_objects(builder.get(), pack));
  }
  const auto quarantine = TRY(Quarantine::make(objects));
  TRY(check_git(
      git_packbuilder_write(builder.get(), quarantine.folder().c_str(), 0, nullptr, nullptr),
      "gather the packs"));
  const std::string name = git_packbuilder_name(builder.get());
  TRY(quarantine.release_pack(name, objects / "pack"));
  for (const auto& pack : packs) {
    if (pack.file.stem() != "pack-" + name) {
      remove_pack(pack.file);
    }
  }
  git_odb* raw_odb = nullptr;
  TRY(check_git(git_repository_odb(&raw_odb, raw_), "open the object database"));
  TRY(check_git(git_odb_refresh(OdbHandle(raw_odb).get()), "read the new pack"));
  return true;
}

}  // namespace minpaas::git
