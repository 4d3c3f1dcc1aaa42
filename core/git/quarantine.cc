#include "core/git/quarantine.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "core/base/fd.h"
#include "core/base/file.h"

namespace minpaas::git {
namespace {

Result<void> sync_file(const std::filesystem::path& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0) {
    return file_error(path, "store", errno);
  }
  return {};
}

}  // namespace

Result<Quarantine> Quarantine::make(const std::filesystem::path& objects) {
  std::string folder = (objects / "tmp_objdir-incoming-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    return file_error(folder, "create", errno);
  }
  return Quarantine(folder);
}

Quarantine::~Quarantine() {
  if (!folder_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
}

Result<void> Quarantine::release_pack(const std::string& name,
                                      const std::filesystem::path& packs) const {
  if (std::filesystem::exists(packs / ("pack-" + name + ".idx"))) {
    return {};
  }
  const auto pack = folder_ / ("pack-" + name + ".pack");
  const auto index = folder_ / ("pack-" + name + ".idx");
  TRY(sync_file(pack));
  TRY(sync_file(index));
  for (const auto& from : {pack, index}) {
    if (::rename(from.c_str(), (packs / from.filename()).c_str()) != 0) {
      return file_error(from, "store", errno);
    }
  }
  return sync_folder(packs);
}

}  // namespace minpaas::git
