#pragma once

#include "config/settings.h"
#include "core/git/pack_receiver.h"

namespace minpaas::hooks {

/// What holds for every pack that is taken in, pushed or fetched.
inline git::PackLimits pack_limits_of(const config::GitSettings& settings) {
  git::PackLimits limits;
  limits.pack_bytes = static_cast<std::uint64_t>(settings.max_pack_bytes);
  limits.object_bytes = static_cast<std::uint64_t>(settings.max_object_bytes);
  limits.objects = static_cast<std::uint32_t>(settings.max_objects);
  limits.reserve_bytes = static_cast<std::uint64_t>(settings.reserve_bytes);
  return limits;
}

}  // namespace minpaas::hooks
