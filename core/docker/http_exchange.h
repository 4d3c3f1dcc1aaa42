#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/handle.h"
#include "core/docker/http_client.h"

/// Private to the HTTP client: one request on one connection.
namespace minpaas::docker {

using EasyHandle = Handle<CURL, curl_easy_cleanup>;
using MultiHandle = Handle<CURLM, curl_multi_cleanup>;

/// A curl handle with the connection that it keeps. The multi handle is what a stop can wake.
struct Connection {
  MultiHandle multi;
  EasyHandle easy;
};

/// Drives one request. Everything happens in the thread that calls run(): the upload's pieces are
/// pulled through the connection by the calls that put them, so nothing is buffered beyond curl's
/// own buffer, and the answer may begin while the upload goes on.
class Exchange {
 public:
  Exchange(Connection& connection, const HttpRequest& request, const std::string& socket_path);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Result<HttpResponse> run();

  /// Whether the connection may serve another request.
  [[nodiscard]] bool reusable() const { return reusable_; }

 private:
  void prepare();
  Result<void> upload();
  Result<void> put(std::span<const char> piece);
  /// Moves bytes until `until()` holds or the exchange is over.
  template <typename Until>
  Result<void> drive(Until until);
  Result<void> check_limits();
  [[nodiscard]] milliseconds next_wait() const;
  void collect_outcome();
  Result<HttpResponse> outcome();
  Error transport_error() const;

  static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;

  Connection& connection_;
  const HttpRequest& request_;
  const std::string& socket_path_;
  Handle<curl_slist, curl_slist_free_all> headers_;
  HttpResponse response_;
  /// What put() offers to on_read().
  std::span<const char> pending_;
  bool upload_ended_ = false;
  bool paused_ = false;
  bool too_large_ = false;
  bool reusable_ = false;
  std::optional<CURLcode> result_;
  SteadyTime started_;
  SteadyTime last_byte_;
};

}  // namespace minpaas::docker
