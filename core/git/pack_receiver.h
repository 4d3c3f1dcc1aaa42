#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/app/oid.h"
#include "core/base/result.h"
#include "core/git/repository.h"

namespace minpaas::git {

/// Bounds of one received pack. Going over one is Error InvalidInput with a clear message.
struct PackLimits {
  std::uint64_t pack_bytes = 2ULL << 30;
  std::uint64_t object_bytes = 256ULL << 20;
  std::uint32_t objects = 5'000'000;
  /// Sum of all objects when unpacked: what the check of a small pack full of deltas may cost.
  std::uint64_t expanded_bytes = 64ULL << 30;
  /// Refuse before reading when the file system has less than this left.
  std::uint64_t reserve_bytes = 256ULL << 20;
};

/// Called again and again while a check goes on; its Error ends the check.
using CheckTick = std::function<Result<void>()>;

/// Takes one pack stream into a quarantine (`objects/tmp_objdir-incoming-XXXX`, 0700), checks it
/// and moves it into the repository. Deletes the quarantine when destroyed before that.
/// Thread: one. git-pack format, gitformat-pack(5).
class PackReceiver {
 public:
  /// Errors: NoSpace, Unavailable.
  static Result<std::unique_ptr<PackReceiver>> begin(Repository& repository,
                                                     const PackLimits& limits);
  virtual ~PackReceiver() = default;

  /// Feeds the next bytes; returns how many belonged to the pack. Fewer than given means that the
  /// pack ended inside `bytes`: complete() is then true. Errors: InvalidInput (malformed or over a
  /// limit), NoSpace.
  virtual Result<std::size_t> append(std::span<const std::byte> bytes) = 0;
  [[nodiscard]] virtual bool complete() const = 0;
  /// Objects received and their number in all, for progress.
  [[nodiscard]] virtual std::uint32_t objects_received() const = 0;
  [[nodiscard]] virtual std::uint32_t objects_total() const = 0;

  /// After complete(): resolves deltas and checks every object (format, tree entries, names that
  /// are dangerous on a checkout) and that each of `tips` and all it reaches is here.
  /// Errors: InvalidInput; NotFound when objects are missing (a shallow push); those of `tick`.
  virtual Result<void> check(const std::vector<Oid>& tips, const CheckTick& tick) = 0;
  /// Moves the objects into the repository, durable. Needs the PushLock.
  virtual Result<void> keep() = 0;
};

/// When a push brings no pack (the objects are all here): the tips must still be complete.
/// Errors: NotFound.
Result<void> check_connected(Repository& repository, const std::vector<Oid>& tips);

}  // namespace minpaas::git
