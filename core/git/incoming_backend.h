#pragma once

#include <git2.h>

#include <optional>

#include "core/git/pack_receiver.h"

/// Private to core/git.
namespace minpaas::git {

/// Hands the pack that libgit2 fetches to a PackReceiver in place of the object database. Must
/// outlive the repository handle that it is added to. Thread: one.
class IncomingPack {
 public:
  using Progress = std::function<void(std::uint32_t received, std::uint32_t total)>;

  IncomingPack(PackReceiver& receiver, Progress progress)
      : receiver_(receiver), progress_(std::move(progress)) {}

  /// Makes it the place where the handle stores packs. Errors: those of libgit2.
  Result<void> add_to(git_repository* repository);

  /// Why a pack was not taken, which libgit2 does not know.
  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

  [[nodiscard]] bool has_begun() const { return begun_; }

 private:
  struct Backend;
  struct Writer;

  int append(const void* bytes, std::size_t size);
  int commit();

  PackReceiver& receiver_;
  Progress progress_;
  std::optional<Error> failed_;
  bool begun_ = false;
};

}  // namespace minpaas::git
