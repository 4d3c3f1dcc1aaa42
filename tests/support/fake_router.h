#pragma once

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
  /// What set_domains ends with; absent: it does what it is told.
  std::optional<Error> refusal;

  [[nodiscard]] bool serves_names() const override { return has_names; }

  Result<void> set_domains(const AppName& app, std::vector<std::string> hosts) override {
    if (refusal) {
      return *refusal;
    }
    domains_.update([&](router::DomainTable& domains) { domains[app] = std::move(hosts); });
    return {};
  }

  Result<void> remove(const AppName& app) override {
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
  Guarded<router::HostCertificates> shown_;
  Guarded<router::DomainTable> domains_;
};

}  // namespace minpaas::test
