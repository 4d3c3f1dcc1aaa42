#pragma once

#include <functional>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/base/guarded.h"
#include "core/router/direct_router.h"
#include "core/router/route_table.h"

namespace minpaas::test {

/// A direct router that shows certificates to nobody and serves no names, but remembers them.
/// Thread: any.
class FakeRouter : public router::DirectRouter {
 public:
  explicit FakeRouter(docker::Engine& engine) : router::DirectRouter(engine, {}) {}

  bool has_https = true;

  Result<void> set_certificates(const router::HostCertificates& certificates) override {
    shown_.update([&](router::HostCertificates& shown) { shown = certificates; });
    return {};
  }

  [[nodiscard]] bool serves_https() const override { return has_https; }

  bool has_names = true;
  /// What set_domains and set_maintenance end with; absent: it does what it is told.
  std::optional<Error> refusal;

  [[nodiscard]] bool serves_names() const override { return has_names; }

  Result<void> set_domains(const AppName& app, std::vector<std::string> hosts) override {
    if (refusal) {
      return *refusal;
    }
    domains_.update([&](router::DomainTable& domains) { domains[app] = std::move(hosts); });
    return {};
  }

  Result<void> set_maintenance(const AppName& app, router::Shown shown) override {
    if (refusal) {
      return *refusal;
    }
    in_maintenance_.update([&](std::set<AppName>& apps) {
      if (shown == router::Shown::Page) {
        apps.insert(app);
      } else {
        apps.erase(app);
      }
    });
    return {};
  }

  [[nodiscard]] std::set<AppName> in_maintenance() const {
    return in_maintenance_.with([](const std::set<AppName>& apps) { return apps; });
  }

  bool can_hold = false;

  [[nodiscard]] bool holds_requests() const override { return can_hold; }

  Result<void> hold(const AppName& app) override {
    held_.update([&](std::set<AppName>& apps) { apps.insert(app); });
    return {};
  }

  void let_go(const AppName& app) override {
    held_.update([&](std::set<AppName>& apps) { apps.erase(app); });
  }

  [[nodiscard]] bool holds(const AppName& app) const override { return held().contains(app); }

  [[nodiscard]] std::set<AppName> held() const {
    return held_.with([](const std::set<AppName>& apps) { return apps; });
  }

  void drain(const AppName& /*app*/, const std::vector<docker::ContainerId>& /*containers*/,
             milliseconds patience, std::stop_token stop) override {
    patience_.update([&](std::vector<milliseconds>& all) { all.push_back(patience); });
    if (while_draining) {
      while_draining(stop);
    }
  }

  /// Visitors who stay.
  std::function<void(const std::stop_token& stop)> while_draining;

  /// Of each time that containers were drained.
  [[nodiscard]] std::vector<milliseconds> patience() const {
    return patience_.with([](const std::vector<milliseconds>& all) { return all; });
  }

  Result<void> rename(const AppName& app, const AppName& name) override {
    renamed_.update([&](auto& renamed) { renamed.emplace_back(app, name); });
    return {};
  }

  [[nodiscard]] std::vector<std::pair<AppName, AppName>> renamed() const {
    return renamed_.with([](const auto& renamed) { return renamed; });
  }

  Result<void> restore(const router::Route& route) override {
    restored_.update([&](auto& routes) { routes.push_back(route); });
    return router::DirectRouter::restore(route);
  }

  /// In their order.
  [[nodiscard]] std::vector<router::Route> restored() const {
    return restored_.with([](const auto& routes) { return routes; });
  }

  Result<void> remove(const AppName& app) override {
    in_maintenance_.update([&](std::set<AppName>& apps) { apps.erase(app); });
    domains_.update([&](router::DomainTable& domains) { domains.erase(app); });
    return router::DirectRouter::remove(app);
  }

  /// By app, of those that the router knows.
  [[nodiscard]] router::DomainTable domains() const {
    return domains_.with([](const router::DomainTable& domains) { return domains; });
  }

  [[nodiscard]] router::HostCertificates shown() const {
    return shown_.with([](const router::HostCertificates& shown) { return shown; });
  }

 private:
  Guarded<std::vector<router::Route>> restored_;
  Guarded<std::vector<std::pair<AppName, AppName>>> renamed_;
  Guarded<router::HostCertificates> shown_;
  Guarded<router::DomainTable> domains_;
  Guarded<std::set<AppName>> in_maintenance_;
  Guarded<std::set<AppName>> held_;
  Guarded<std::vector<milliseconds>> patience_;
};

}  // namespace minpaas::test
