#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/secret_mask.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// A mask over a stream that goes on while config values change: what is set is hidden within a
/// second, what was hidden once stays so. What is to be hidden and cannot be read lets no text
/// through. Thread: one at a time.
class FreshMask {
 public:
  /// What hides the values as they are now, of one app or several.
  using Read = std::function<Result<std::vector<SharedMask>>()>;

  /// Errors: those of `read`.
  static Result<FreshMask> make(Read read, const Clock& clock);

  /// Both ways of SecretMask. Errors: those of `read`.
  Result<std::string> apply(std::string_view text);
  Result<std::string> apply_to_whole(std::string_view text);

  /// The next text is masked by what is read then.
  void expire() { read_at_.reset(); }

 private:
  FreshMask(Read read, const Clock& clock) : read_(std::move(read)), clock_(clock) {}

  Result<void> refresh();

  Read read_;
  const Clock& clock_;
  SecretMask mask_;
  /// Those that are in `mask_`, as they were read last.
  std::vector<SharedMask> taken_;
  std::optional<SteadyTime> read_at_;
};

}  // namespace minpaas::hooks
