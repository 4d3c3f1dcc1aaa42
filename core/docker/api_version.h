#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/docker/engine.h"

namespace minpaas::docker {

/// A version of the Engine API, `1.41`.
struct ApiVersion {
  int major = 1;
  int minor = 0;
  auto operator<=>(const ApiVersion&) const = default;

  /// Errors: Corrupt.
  static Result<ApiVersion> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
};

/// What this client speaks: 20.10 to 29.
inline constexpr ApiVersion kOldestApi{1, 41};
inline constexpr ApiVersion kNewestApi{1, 52};

/// What GET /version and GET /_ping tell.
struct EngineOffer {
  /// `20.10.24`
  std::string version;
  ApiVersion newest;
  ApiVersion oldest;
  Builder default_builder = Builder::BuildKit;
};

/// From the body of GET /version and the `Builder-Version` header of GET /_ping (from API 1.42 on;
/// empty before, where every engine on Linux has BuildKit). Errors: Corrupt.
Result<EngineOffer> parse_offer(std::string_view version_body, std::string_view builder_version);

/// The newest version that both sides speak. Errors: Unavailable, saying which side is too old.
Result<ApiVersion> choose_api(const EngineOffer& offer);

}  // namespace minpaas::docker
