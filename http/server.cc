#include "http/server.h"

#include <algorithm>

#include "http/listener.h"

namespace minpaas::http {
namespace {

ApiLimits limits_of(const config::HttpSettings& settings) {
  ApiLimits limits;
  limits.most_body_bytes = static_cast<std::size_t>(settings.max_body_bytes);
  limits.most_long_requests = settings.max_streams;
  limits.only_local_names =
      std::ranges::all_of(settings.listen, [](const config::ListenAddress& listen) {
        return is_local_name(listen.address) || listen.address == "::1";
      });
  return limits;
}

}  // namespace

struct Server::Parts {
  Parts(const config::HttpSettings& settings, const Backend& backend, WakeUp wake)
      : api(backend, limits_of(settings)), watch(std::move(wake)) {}

  Api api;
  PeerWatch watch;
  /// They end before what they use.
  std::vector<std::unique_ptr<Listener>> listeners;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::create(const config::HttpSettings& settings,
                                               const Backend& backend) {
  auto wake = TRY(WakeUp::make());
  auto parts = std::make_unique<Parts>(settings, backend, std::move(wake));
  for (const config::ListenAddress& address : settings.listen) {
    auto listener = std::make_unique<Listener>(parts->api, parts->watch, settings.max_connections);
    TRY(listener->bind(address));
    parts->listeners.push_back(std::move(listener));
  }
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

void Server::start() {
  for (const auto& listener : parts_->listeners) {
    listener->start();
  }
}

void Server::stop() {
  parts_->watch.end_all();
  for (const auto& listener : parts_->listeners) {
    listener->end();
  }
}

Server::Load Server::load() const {
  Load load{0, parts_->api.long_requests()};
  for (const auto& listener : parts_->listeners) {
    load.connections += listener->open_connections();
  }
  return load;
}

std::vector<int> Server::ports() const {
  std::vector<int> ports;
  for (const auto& listener : parts_->listeners) {
    ports.push_back(listener->port());
  }
  return ports;
}

}  // namespace minpaas::http
