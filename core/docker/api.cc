#include "core/docker/api.h"

#include <algorithm>

#include "core/docker/engine_error.h"

namespace minpaas::docker {
namespace {

/// `client version 1.41 is too old. Minimum supported API version is 1.44, ...`
bool refuses_version(int status, const std::string& body) {
  return status == 400 && body.find("client version") != std::string::npos &&
         (body.find("too old") != std::string::npos || body.find("too new") != std::string::npos ||
          body.find("newer than server") != std::string::npos);
}

}  // namespace

Api::Api(std::string socket_path, EngineDeadlines deadlines)
    : http_(std::move(socket_path)), deadlines_(deadlines) {}

Result<EngineVersion> Api::negotiate() {
  const auto ping = TRY(http_.send({.target = "/_ping", .deadline = deadlines_.ping}));
  if (ping.status != 200) {
    return engine_error(ping.status, ping.body);
  }
  const auto answer = TRY(http_.send({.target = "/version", .deadline = deadlines_.ping}));
  if (answer.status != 200) {
    return engine_error(answer.status, answer.body);
  }
  const auto builder = ping.headers.find("builder-version");
  const auto offer =
      TRY(parse_offer(answer.body, builder == ping.headers.end() ? "" : builder->second));
  const auto chosen = TRY(choose_api(offer));
  api_.with([&](std::optional<std::string>& api) { api = chosen.str(); });
  return EngineVersion{offer.version, chosen.str(), offer.default_builder};
}

Result<EngineVersion> Api::version() {
  return negotiate();
}

Result<HttpResponse> Api::send_as(const HttpRequest& request, const std::string& api) {
  HttpRequest versioned = request;
  versioned.target = "/v" + api + request.target;
  return http_.send(versioned);
}

Result<std::string> Api::agreed() {
  const auto known = api_.with([](const std::optional<std::string>& api) { return api; });
  return known ? *known : TRY(negotiate()).api;
}

Result<HttpResponse> Api::send(const HttpRequest& request, std::initializer_list<int> wanted) {
  const std::string known = TRY(agreed());
  auto response = TRY(send_as(request, known));
  // An upload cannot be sent twice: its next attempt is the caller's.
  if (refuses_version(response.status, response.body)) {
    const auto agreed = TRY(negotiate());
    if (!request.upload) {
      response = TRY(send_as(request, agreed.api));
    }
  }
  if (response.status >= 400 &&
      std::find(wanted.begin(), wanted.end(), response.status) == wanted.end()) {
    return engine_error(response.status, response.body);
  }
  return response;
}

Result<Hijacked> Api::hijack(const HijackRequest& request) {
  const auto take_over = [&](const std::string& api) {
    HijackRequest versioned = request;
    versioned.target = "/v" + api + request.target;
    versioned.deadline = deadlines_.change;
    return docker::hijack(http_.socket_path(), versioned);
  };
  const std::string known = TRY(agreed());
  auto answer = TRY(take_over(known));
  if (refuses_version(answer.status, answer.body)) {
    const auto anew = TRY(negotiate());
    answer = TRY(take_over(anew.api));
  }
  if (answer.status >= 400) {
    return engine_error(answer.status, answer.body);
  }
  return answer;
}

}  // namespace minpaas::docker
