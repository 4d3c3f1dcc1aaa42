#include "hooks/fresh_mask.h"

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

constexpr milliseconds kFresh{1000};

}  // namespace

Result<FreshMask> FreshMask::make(Read read, const Clock& clock) {
  FreshMask mask(std::move(read), clock);
  TRY(mask.refresh());
  return mask;
}

Result<void> FreshMask::refresh() {
  mask_.hide(TRY(read_()));
  read_at_ = clock_.steady();
  return {};
}

std::string FreshMask::apply(std::string_view text) {
  if (clock_.steady() - read_at_ >= kFresh) {
    if (const auto refreshed = refresh(); !refreshed) {
      read_at_ = clock_.steady();
      log::warn("config values to be masked: {}", refreshed.error().for_log());
    }
  }
  return mask_.apply(text);
}

}  // namespace minpaas::hooks
