#include "core/docker/http_client.h"

#include <mutex>
#include <vector>

#include "core/base/guarded.h"
#include "core/docker/http_exchange.h"

namespace minpaas::docker {
namespace {

/// Connections that wait for another request; more exchanges at a time get more connections.
constexpr std::size_t kMostIdle = 8;

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

Connection new_connection() {
  return {MultiHandle(curl_multi_init()), EasyHandle(curl_easy_init())};
}

}  // namespace

struct HttpClient::Pool {
  Guarded<std::vector<Connection>> idle;

  Connection take() {
    auto kept = idle.with([](std::vector<Connection>& connections) {
      std::optional<Connection> last;
      if (!connections.empty()) {
        last = std::move(connections.back());
        connections.pop_back();
      }
      return last;
    });
    return kept ? std::move(*kept) : new_connection();
  }

  void give_back(Connection connection) {
    idle.with([&](std::vector<Connection>& connections) {
      if (connections.size() < kMostIdle) {
        connections.push_back(std::move(connection));
      }
    });
  }
};

HttpClient::HttpClient(std::string socket_path)
    : socket_path_(std::move(socket_path)), pool_(std::make_unique<Pool>()) {
  start_curl();
}

HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  Connection connection = pool_->take();
  if (!connection.multi || !connection.easy) {
    return Error{ErrorCode::Unavailable, "no memory or descriptor is left for a connection", "",
                 ""};
  }
  bool reusable = false;
  auto response = [&] {
    Exchange exchange(connection, request, socket_path_);
    auto result = exchange.run();
    reusable = exchange.reusable();
    return result;
  }();
  if (reusable) {
    pool_->give_back(std::move(connection));
  }
  return response;
}

}  // namespace minpaas::docker
