#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace minpaas::git {

/// A folder beside the objects of a repository that no reader looks into; deleted with the object.
/// Its name begins as git's own quarantines do, so that `git prune` clears what a crash left.
class Quarantine {
 public:
  /// Creates `objects/tmp_objdir-incoming-XXXXXX` (0700). Errors: those of the file system.
  static Result<Quarantine> make(const std::filesystem::path& objects);

  Quarantine(Quarantine&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}

  Quarantine& operator=(Quarantine&&) = delete;
  ~Quarantine();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// Moves the finished pack `pack-NAME.{pack,idx}` among the packs of the repository, durable.
  /// The index goes last: readers find a pack by its index. A pack that is there already stays.
  Result<void> release_pack(const std::string& name, const std::filesystem::path& packs) const;

 private:
  explicit Quarantine(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
};

}  // namespace minpaas::git
