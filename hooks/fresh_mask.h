#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/app/secret_mask.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// A mask over a stream that goes on while config values change: what is set is hidden within a
/// second, what was hidden once stays so. Thread: one at a time.
class FreshMask {
 public:
  using Read = std::function<Result<ConfigVars>()>;

  /// Errors: those of `read`.
  static Result<FreshMask> make(Read read, const Clock& clock);

  /// Where `read` fails later on, what is known goes on.
  std::string apply(std::string_view text);

 private:
  FreshMask(Read read, const Clock& clock) : read_(std::move(read)), clock_(clock) {}

  Result<void> refresh();

  Read read_;
  const Clock& clock_;
  SecretMask mask_;
  SteadyTime read_at_;
};

}  // namespace minpaas::hooks
