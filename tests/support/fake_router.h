#pragma once

#include "core/base/guarded.h"
#include "core/router/direct_router.h"

namespace minpaas::test {

/// A direct router that shows certificates to nobody, but remembers them. Thread: any.
class FakeRouter : public router::DirectRouter {
 public:
  explicit FakeRouter(docker::Engine& engine) : router::DirectRouter(engine, {}) {}

  bool has_https = true;

  Result<void> set_certificates(const router::HostCertificates& certificates) override {
    shown_.update([&](router::HostCertificates& shown) { shown = certificates; });
    return {};
  }

  [[nodiscard]] bool serves_https() const override { return has_https; }

  [[nodiscard]] router::HostCertificates shown() const {
    return shown_.with([](const router::HostCertificates& shown) { return shown; });
  }

 private:
  Guarded<router::HostCertificates> shown_;
};

}  // namespace minpaas::test
