#include "core/git/quarantine.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <thread>
#include <utility>

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

/// At the same time, so that a file system with a journal can write both with one commit of it.
Result<void> sync_both(const std::filesystem::path& one, const std::filesystem::path& other) {
  Result<void> other_synced;
  std::jthread beside([&] { other_synced = sync_file(other); });
  auto one_synced = sync_file(one);
  beside.join();
  TRY(std::move(one_synced));
  return other_synced;
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
  TRY(sync_both(pack, index));
  for (const auto& from : {pack, index}) {
    if (::rename(from.c_str(), (packs / from.filename()).c_str()) != 0) {
      return file_error(from, "store", errno);
    }
  }
  return sync_folder(packs);
}

}  // namespace minpaas::git
