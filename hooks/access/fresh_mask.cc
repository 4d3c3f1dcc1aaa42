#include "hooks/access/fresh_mask.h"

namespace minpaas::hooks {
namespace {

constexpr milliseconds kFresh{1000};

}  // namespace

Result<FreshMask> FreshMask::make(Read read, const Clock& clock) {
  FreshMask mask(std::move(read), clock);
  TRY(mask.refresh());
  return mask;
}

/// Whoever reads gets the same mask again while nothing has changed.
Result<void> FreshMask::refresh() {
  const SteadyTime now = clock_.steady();
  if (read_at_ && now - *read_at_ < kFresh) {
    return {};
  }
  auto masks = TRY(read_());
  if (masks != taken_) {
    for (const SharedMask& mask : masks) {
      mask_.hide(*mask);
    }
    taken_ = std::move(masks);
  }
  read_at_ = now;
  return {};
}

Result<std::string> FreshMask::apply(std::string_view text) {
  TRY(refresh());
  return mask_.apply(text);
}

Result<std::string> FreshMask::apply_to_whole(std::string_view text) {
  TRY(refresh());
  return mask_.apply_to_whole(text);
}

}  // namespace minpaas::hooks
