#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/router/haproxy_certificates.h"
#include "core/router/haproxy_config.h"
#include "core/router/haproxy_process.h"
#include "core/router/request_log.h"
#include "core/router/router.h"

namespace minpaas::router {

struct HaproxySettings {
  /// Of its files; must be short enough for the path of a unix socket (about 80 characters).
  std::filesystem::path folder;
  std::string program;
  /// Master socket of a HAProxy that something else starts and ends; empty: one is started.
  std::filesystem::path foreign_socket = {};
  std::string domain = "localhost";
  std::vector<ListenOn> http;
  /// The same with TLS; empty: no https.
  std::vector<ListenOn> https = {};
  bool https_redirect = true;
  /// Zero: not told to browsers.
  seconds hsts{0};
  /// Whether requests are told.
  bool request_log = true;
  /// Address of the apps' own ports.
  std::string app_address = "0.0.0.0";
};

/// HAProxy in front of all apps (ADR 5): containers are reached by their own address, and a switch
/// changes the servers of a backend at run time, which loses no request. Only a new or a removed
/// app makes HAProxy read its file again, which keeps the open connections.
///
/// The file always says what is true at run time, in case HAProxy has to be started anew. A worker
/// that was replaced but still has connections takes no change of a server, and asks maps instead
/// (haproxy_leaving.h): the address of a container that is gone can become that of another app's.
///
/// A HAProxy of somebody else (HaproxySettings::foreign_socket) gets the same file and the same
/// changes. While it does not answer, the file is what it finds when it comes.
///
/// Thread: any; changes are made one after the other.
class HaproxyRouter : public Router {
 public:
  HaproxyRouter(docker::Engine& engine, HaproxySettings settings);
  ~HaproxyRouter() override = default;

  /// Takes over the HAProxy that an earlier server left, or starts one.
  Result<void> start(const std::vector<Route>& routes) override;
  /// `answers` is not asked: the candidates have passed their checks at the address that is used.
  Result<Switched> switch_to(const RouteChange& change, const AnswerCheck& answers,
                             std::stop_token stop) override;
  Result<void> switch_back(const RouteChange& change, const Switched& switched) override;
  /// Ends what is left of the connections when the patience is over.
  void drain(const AppName& app, const std::vector<docker::ContainerId>& containers,
             milliseconds patience, std::stop_token stop) override;
  /// Starts what does not run.
  Result<void> restore(const Route& route) override;
  void refresh(const docker::ContainerId& container) override;
  // haproxy_router_certificates.cc
  Result<void> set_certificates(const HostCertificates& certificates) override;
  [[nodiscard]] bool serves_https() const override;
  Result<void> open_challenge(int port) override;
  void close_challenge() override;

  // haproxy_router_names.cc
  [[nodiscard]] bool serves_names() const override { return true; }

  /// What a running HAProxy does not take at run time it reads from its file.
  Result<void> set_domains(const AppName& app, std::vector<std::string> hosts) override;
  Result<void> set_maintenance(const AppName& app, Shown shown) override;

  [[nodiscard]] bool holds_requests() const override { return can_hold_; }

  Result<void> hold(const AppName& app) override;
  void let_go(const AppName& app) override;
  [[nodiscard]] bool holds(const AppName& app) const override;

  /// The running HAProxy is told which names lead where; it reads no file.
  Result<void> rename(const AppName& app, const AppName& name) override;

  void set_request_sink(RequestSink sink) override { requests_.set_sink(std::move(sink)); }

  Result<void> remove(const AppName& app) override;
  /// By https where the name has a certificate.
  [[nodiscard]] std::string url(const AppName& app, int app_port) const override;

  [[nodiscard]] bool publishes_ports() const override { return false; }

  [[nodiscard]] std::vector<std::string> problems() const override;

 private:
  Result<RouteServer> server_of(const docker::ContainerId& container, int internal_port);
  Result<void> set_servers(const AppName& app, int app_port, std::vector<RouteServer> servers);
  Result<void> apply(const AppName& app);
  Result<void> apply_at_run_time(const AppName& app);
  Result<void> apply_certificates(const HaproxyProcesses& processes, const HostCertificates& before,
                                  const HostCertificates& wanted);
  Result<void> apply_names();
  Result<void> apply_maps(int worker);
  Result<void> apply_maps(const HaproxyProcesses& processes);
  void apply_maps_to_replaced(const HaproxyProcesses& processes);
  // haproxy_router_requests.cc
  void read_requests();
  [[nodiscard]] RequestNames request_names() const;

  [[nodiscard]] HaproxyConfig config() const;
  Result<void> write_files();
  void add_foreign_problems(std::vector<std::string>& found) const;

  // haproxy_router_load.cc
  void keep_backends(std::string_view old_file);
  void keep_held(std::string_view old_map);
  Result<void> take_over();
  Result<void> load_file();
  Result<void> start_anew();
  void restart();

  // haproxy_router_ports.cc
  [[nodiscard]] std::vector<ListenOn> wanted_ports() const;
  void watch_lost_ports(const std::stop_token& stop);
  void take_freed_ports();
  [[nodiscard]] std::set<int> numbers_of_lost_ports() const;
  [[nodiscard]] std::set<int> freed_ports() const;
  void look_for_lost_ports();

  docker::Engine& engine_;
  HaproxySettings settings_;
  HaproxyFiles files_;
  bool can_hold_;
  /// One change at a time, with its files and the talk to HAProxy that belongs to it.
  mutable std::mutex turn_;
  RouteTable routes_;
  /// Of apps without a route, too.
  DomainTable domains_;
  std::set<AppName> in_maintenance_;
  std::set<AppName> held_;
  HaproxyCertificates certificates_;
  /// Host names that have a certificate.
  Guarded<std::set<std::string>> secured_;
  /// Whether `start` was called: before, there is nobody to talk to.
  bool started_ = false;
  /// Of an ACME client that answers now; 0: there is none.
  int challenge_port_ = 0;
  /// Apps and ports that the running HAProxy has frontends for.
  std::map<AppName, int> loaded_;
  /// Ports that the running HAProxy has, and those that it was not given because another program
  /// has them.
  std::set<int> bound_ports_;
  /// Ports that are wanted and cannot be had, and why.
  std::map<int, std::string> lost_ports_;
  /// Those of them that the last look found free.
  std::set<int> free_ports_;
  /// What had the traffic before the switch that is not committed yet.
  std::map<AppName, std::vector<RouteServer>> replaced_;
  RequestLog requests_;
  /// Whether requests can be read, and whether the running HAProxy logs them where they are read.
  bool reads_requests_ = false;
  bool logs_requests_ = false;
  /// Why HAProxy does not run, or runs with an older file; empty: it does.
  std::string failure_;
  HaproxyProcess process_;
  std::jthread port_watcher_;
};

}  // namespace minpaas::router
