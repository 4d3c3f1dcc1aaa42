#pragma once

#include <optional>
#include <string>

#include "core/base/guarded.h"
#include "core/docker/api_version.h"
#include "core/docker/hijack.h"
#include "core/docker/http_client.h"

namespace minpaas::docker {

/// How long the engine may take; tests shorten them.
struct EngineDeadlines {
  milliseconds ping{5'000};
  milliseconds read{10'000};
  /// Create, start, remove and the like: 0.2 s typical, several seconds on a busy disk.
  milliseconds change{60'000};
  /// Beyond the grace that a stop waits for.
  milliseconds stop_extra{15'000};
  milliseconds prune{300'000};
  /// Of a pull, between two bytes.
  milliseconds pull_idle{300'000};
};

/// Requests under the API version that both sides speak. The version is agreed on with the first
/// request and again when the engine refuses it (it was upgraded under us). Thread: any.
class Api {
 public:
  Api(std::string socket_path, EngineDeadlines deadlines);

  /// `request.target` has no version yet. Any status of 400 and above is an error, mapped by
  /// engine_error, save those that the caller wants to see as they are.
  Result<HttpResponse> send(const HttpRequest& request, std::initializer_list<int> wanted = {});

  /// POST that takes the connection over; `request.target` has no version yet, and its deadline is
  /// that of a change. Errors: as `send`.
  Result<Hijacked> hijack(const HijackRequest& request);

  /// Asks the engine anew: what it is and what was agreed on.
  Result<EngineVersion> version();

  [[nodiscard]] const EngineDeadlines& deadlines() const { return deadlines_; }

 private:
  Result<EngineVersion> negotiate();
  Result<std::string> agreed();
  Result<HttpResponse> send_as(const HttpRequest& request, const std::string& api);

  HttpClient http_;
  EngineDeadlines deadlines_;
  Guarded<std::optional<std::string>> api_;
};

}  // namespace minpaas::docker
