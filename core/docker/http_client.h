#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::docker {

/// Takes pieces of a response body; false ends the exchange.
using BodySink = std::function<bool(std::string_view piece)>;
/// Writes a request body piece by piece, as TarSource of engine.h.
using BodySource =
    std::function<Result<void>(const std::function<Result<void>(std::span<const char>)>& put)>;

struct HttpRequest {
  std::string method = "GET";
  /// Path and query, `/v1.41/containers/json?all=1`.
  std::string target = "/";
  std::string body = {};
  /// In place of `body`: sent chunked, while it is made, in the thread of the caller.
  BodySource upload = {};
  std::string content_type = {};
  /// Gets the body of a 2xx answer as it comes; without it the body is collected.
  BodySink sink = {};
  /// For the whole exchange.
  std::optional<milliseconds> deadline = std::nullopt;
  /// For any time in which no byte moves in either direction.
  std::optional<milliseconds> idle = std::nullopt;
  /// Closes the connection, which also ends what the engine does for this request.
  std::stop_token stop = {};
};

struct HttpResponse {
  int status = 0;
  /// Names in lower case.
  std::map<std::string, std::string, std::less<>> headers;
  /// Empty for a 2xx answer that went to the sink.
  std::string body;
  /// The sink returned false.
  bool ended_by_sink = false;
};

/// HTTP/1.1 over a unix socket, with connections that are kept. Thread: any; each exchange runs in
/// the thread of its caller and has a connection of its own, so a sink may make other requests.
class HttpClient {
 public:
  explicit HttpClient(std::string socket_path);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is a success here. Errors: Unavailable (nobody listens, or the connection broke),
  /// Timeout, Cancelled (`stop`), Corrupt (no HTTP, or a collected body beyond 64 MB), those of
  /// `upload`.
  Result<HttpResponse> send(const HttpRequest& request);

  [[nodiscard]] const std::string& socket_path() const { return socket_path_; }

 private:
  struct Pool;

  std::string socket_path_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace minpaas::docker
