#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/router/router.h"
#include "core/state/app_store.h"
#include "core/state/certificate_store.h"

namespace minpaas::hooks {

/// The host names of an app.
using HostsOf = std::function<Result<std::vector<std::string>>(const AppName& app)>;

/// Makes the router show what the stores say: for each domain of each app its certificate, and for
/// all other names one that this server has made for itself. Thread: any.
class CertificateRoutes {
 public:
  /// `fallback` is the file of the certificate for all other names.
  CertificateRoutes(state::AppStore& apps, state::CertificateStore& store, HostsOf hosts,
                    router::Router& router, const Clock& clock, std::filesystem::path fallback,
                    std::string server_name)
      : apps_(apps),
        store_(store),
        hosts_(std::move(hosts)),
        router_(router),
        clock_(clock),
        fallback_(std::move(fallback)),
        server_name_(std::move(server_name)) {}

  /// Does nothing for what is so already. Errors: those of the stores, of files, of the router.
  Result<void> apply();

  [[nodiscard]] Result<std::vector<std::string>> hosts(const AppName& app) const {
    return hosts_(app);
  }

 private:
  Result<Secret> fallback();

  state::AppStore& apps_;
  state::CertificateStore& store_;
  HostsOf hosts_;
  router::Router& router_;
  const Clock& clock_;
  std::filesystem::path fallback_;
  std::string server_name_;
  /// What was read first must be shown first.
  std::mutex turn_;
};

}  // namespace minpaas::hooks
