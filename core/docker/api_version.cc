#include "core/docker/api_version.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/docker/json.h"

namespace minpaas::docker {

Result<ApiVersion> ApiVersion::parse(std::string_view text) {
  const auto parts = split(text, '.');
  const auto number = [&](std::size_t part) {
    return parse_number(parts.size() == 2 ? parts[part] : "", "API version", 0, 10'000);
  };
  const auto major = number(0);
  const auto minor = number(1);
  if (!major || !minor) {
    return Error{ErrorCode::Corrupt,
                 fmt::format("the Docker Engine names an API version '{}'",
                             escape_controls(text.substr(0, 20))),
                 "", ""};
  }
  return ApiVersion{static_cast<int>(*major), static_cast<int>(*minor)};
}

std::string ApiVersion::str() const {
  return fmt::format("{}.{}", major, minor);
}

Result<EngineOffer> parse_offer(std::string_view version_body, std::string_view builder_version) {
  const auto json = TRY(parse_json(version_body));
  EngineOffer offer;
  offer.version = text_of(json, "Version");
  offer.newest = TRY(ApiVersion::parse(text_of(json, "ApiVersion")));
  // An engine that does not say has no lower bound that we could miss.
  const std::string oldest = text_of(json, "MinAPIVersion");
  offer.oldest = oldest.empty() ? kOldestApi : TRY(ApiVersion::parse(oldest));
  offer.default_builder = builder_version == "1" ? Builder::Classic : Builder::BuildKit;
  return offer;
}

Result<ApiVersion> choose_api(const EngineOffer& offer) {
  const auto chosen = std::min(kNewestApi, offer.newest);
  if (chosen < kOldestApi) {
    return Error{
        ErrorCode::Unavailable,
        fmt::format("Docker Engine {} (API {}) is too old", offer.version, offer.newest.str()),
        "install Docker Engine 20.10 or later", ""};
  }
  if (chosen < offer.oldest) {
    return Error{ErrorCode::Unavailable,
                 fmt::format("Docker Engine {} speaks only API {} and later, this program up to {}",
                             offer.version, offer.oldest.str(), kNewestApi.str()),
                 "update MinPaas", ""};
  }
  return chosen;
}

}  // namespace minpaas::docker
