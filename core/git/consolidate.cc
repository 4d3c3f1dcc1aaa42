#include <git2/sys/odb_backend.h>

#include <filesystem>
#include <vector>

#include "core/base/file.h"
#include "core/git/git_error.h"
#include "core/git/repository.h"

namespace minpaas::git {
namespace {

using PackBuilderHandle = Handle<git_packbuilder, git_packbuilder_free>;

std::vector<std::filesystem::path> packs_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> packs;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".pack") {
      packs.push_back(entry.path());
    }
  }
  return packs;
}

int add_to_pack(const git_oid* id, void* builder) noexcept {
  return git_packbuilder_insert(static_cast<git_packbuilder*>(builder), id, nullptr);
}

}  // namespace

Result<bool> Repository::consolidate(int most_packs) {
  const auto folder = folder_ / "objects" / "pack";
  const auto old_packs = packs_in(folder);
  if (static_cast<int>(old_packs.size()) <= most_packs) {
    return false;
  }
  git_packbuilder* raw_builder = nullptr;
  TRY(check_git(git_packbuilder_new(&raw_builder, raw_), "pack the repository"));
  const PackBuilderHandle builder(raw_builder);
  git_odb* raw_odb = nullptr;
  TRY(check_git(git_repository_odb(&raw_odb, raw_), "open the object database"));
  const OdbHandle odb(raw_odb);
  // Every object, not only the reachable ones: a queued deploy's commit has no ref yet.
  TRY(check_git(git_odb_foreach(odb.get(), add_to_pack, builder.get()), "pack the repository"));
  // The pack gets its name only when it is complete, beside the ones that it replaces.
  TRY(check_git(git_packbuilder_write(builder.get(), folder.c_str(), 0, nullptr, nullptr),
                "pack the repository"));
  TRY(sync_folder(folder));
  const auto written =
      folder / ("pack-" + std::string(git_packbuilder_name(builder.get())) + ".pack");
  for (auto pack : old_packs) {
    if (pack == written) {
      continue;
    }
    std::error_code ignored;
    std::filesystem::remove(pack, ignored);
    std::filesystem::remove(pack.replace_extension(".idx"), ignored);
  }
  TRY(check_git(git_odb_refresh(odb.get()), "read the new pack"));
  return true;
}

}  // namespace minpaas::git
