#include <fmt/format.h>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/router/haproxy_router.h"
#include "core/router/haproxy_tls.h"

namespace minpaas::router {

std::string HaproxyRouter::url(const AppName& app, int app_port) const {
  // Names below localhost are not resolved everywhere, and those below an address nowhere.
  const bool has_names = settings_.domain != "localhost" &&
                         settings_.domain.find_first_not_of("0123456789.:") != std::string::npos;
  if (!has_names || settings_.http.empty()) {
    return fmt::format("http://{}:{}", settings_.domain, app_port);
  }
  const std::string host = fmt::format("{}.{}", app.str(), settings_.domain);
  const bool secured =
      secured_.with([&](const std::set<std::string>& hosts) { return hosts.contains(host); });
  constexpr int kHttp = 80;
  constexpr int kHttps = 443;
  const int port = (secured ? settings_.https : settings_.http).front().port;
  const std::string_view scheme = secured ? "https" : "http";
  return port == (secured ? kHttps : kHttp) ? fmt::format("{}://{}", scheme, host)
                                            : fmt::format("{}://{}:{}", scheme, host, port);
}

/// At run time where HAProxy runs; what it does not take in this way it reads from the files.
Result<void> HaproxyRouter::set_certificates(const HostCertificates& certificates) {
  const std::scoped_lock turn(turn_);
  secured_.update([&](std::set<std::string>& hosts) {
    hosts.clear();
    for (const auto& [host, pem] : certificates.by_host) {
      hosts.insert(host);
    }
  });
  TRY(make_folder(settings_.folder, 0700));
  const auto before = certificates_.read();
  if (before && *before == certificates && certificates_.is_ready()) {
    return {};
  }
  const auto processes = process_.cli().processes();
  if (!started_ || !processes) {
    return certificates_.write(certificates);
  }
  const bool had_files = before && certificates_.is_ready();
  const auto applied = had_files ? apply_certificates(*processes, *before, certificates)
                                 : Result<void>(Error{ErrorCode::NotFound, "no files", "", ""});
  TRY(certificates_.write(certificates));
  if (applied) {
    return {};
  }
  log::info("HAProxy reads its certificates anew: {}", applied.error().for_log());
  auto loaded = load_file();
  if (!loaded && had_files) {
    // It must come up when it is started anew, whatever this was.
    TRY(certificates_.write(*before));
  }
  return loaded;
}

Result<void> HaproxyRouter::apply_certificates(const HaproxyProcesses& processes,
                                               const HostCertificates& before,
                                               const HostCertificates& wanted) {
  for (const int worker : processes.workers) {
    const auto applied = certificates_.apply(process_.cli(), worker, before, wanted);
    if (!applied && worker == processes.workers.front()) {
      return applied;
    }
    if (!applied) {
      // One that was replaced takes no new connections: it needs no certificate.
      log::debug("HAProxy worker {}: {}", worker, applied.error().for_log());
    }
  }
  return {};
}

bool HaproxyRouter::serves_https() const {
  const std::scoped_lock turn(turn_);
  return !settings_.https.empty();
}

Result<void> HaproxyRouter::open_challenge(int port) {
  const std::scoped_lock turn(turn_);
  challenge_port_ = port;
  TRY(write_files());
  const HaproxyCli& cli = process_.cli();
  const auto processes = TRY(cli.processes());
  for (const int worker : processes.workers) {
    const auto moved = cli.change_worker(
        worker, fmt::format("set server {} addr 127.0.0.1 port {}", kChallengeServer, port),
        "changed");
    const auto opened =
        moved ? cli.change_worker(worker,
                                  fmt::format("set server {} state ready", kChallengeServer), "")
              : moved;
    if (!opened && worker == processes.workers.front()) {
      return opened;
    }
  }
  return {};
}

void HaproxyRouter::close_challenge() {
  const std::scoped_lock turn(turn_);
  challenge_port_ = 0;
  const auto written = write_files();
  const auto processes = process_.cli().processes();
  for (const int worker : processes ? processes->workers : std::vector<int>()) {
    const auto closed = process_.cli().change_worker(
        worker, fmt::format("set server {} state maint", kChallengeServer), "");
    if (!closed && worker == processes->workers.front()) {
      log::warn("the route of ACME challenges stays open: {}", closed.error().for_log());
    }
  }
  if (!written) {
    log::warn("the file of HAProxy: {}", written.error().for_log());
  }
}

}  // namespace minpaas::router
