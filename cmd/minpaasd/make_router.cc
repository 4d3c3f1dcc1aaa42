#include "make_router.h"

#include "core/base/log.h"
#include "core/router/direct_router.h"
#include "core/router/haproxy_router.h"

namespace minpaas {

std::unique_ptr<router::Router> make_router(const config::Settings& settings,
                                            docker::Engine& engine) {
  const config::RouterSettings& wanted = settings.router;
  const std::filesystem::path folder = settings.server.data_dir / "router";
  const std::string program = router::find_haproxy();
  const bool is_there = !program.empty() || !wanted.haproxy_socket.empty();
  if (wanted.kind == "haproxy" || (wanted.kind == "auto" && is_there)) {
    router::HaproxySettings haproxy{
        .folder = folder,
        .program = program.empty() ? "haproxy" : program,
        .foreign_socket = wanted.haproxy_socket,
        .domain = wanted.domain,
        .http = {{wanted.http_listen.address, wanted.http_listen.port}},
        .https = {{wanted.https_listen.address, wanted.https_listen.port}},
        .https_redirect = wanted.https_redirect,
        .hsts = wanted.hsts,
        .request_log = wanted.request_log,
        .app_address = wanted.app_address};
    return std::make_unique<router::HaproxyRouter>(engine, std::move(haproxy));
  }
  if (wanted.kind == "auto") {
    log::info("HAProxy is not installed: apps are served on published ports");
  }
  if (wanted.haproxy_socket.empty()) {
    router::HaproxyProcess::stop({folder});
  } else {
    router::HaproxyProcess::stop_own(folder);
  }
  return std::make_unique<router::DirectRouter>(
      engine, router::DirectSettings{.domain = wanted.domain, .address = wanted.app_address});
}

}  // namespace minpaas
