#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/router/router.h"
#include "core/state/domain_store.h"
#include "hooks/access/app_access.h"
#include "hooks/service/domains.h"

namespace minpaas::hooks {

/// Domains of the apps of this machine: the rows say it, the router follows. Thread: any.
class LocalDomains : public Domains {
 public:
  struct Settings {
    /// Below which every app has a name; an address: apps have none.
    std::string platform_domain;
    /// After each change.
    std::function<void()> changed;
  };

  LocalDomains(AppAccess& access, state::AppStore& apps, state::DomainStore& store,
               router::Router& router, const Clock& clock, Settings settings)
      : access_(access),
        apps_(apps),
        store_(store),
        router_(router),
        clock_(clock),
        settings_(std::move(settings)) {}

  Result<std::vector<Domain>> list(const Actor& actor, const AppName& name) override;
  Result<std::vector<HostName>> add(const Actor& actor, const AppName& name,
                                    const std::vector<HostName>& hosts) override;
  Result<void> remove(const Actor& actor, const AppName& name,
                      const std::vector<HostName>& hosts) override;

  /// All names of the app. Errors: NotFound.
  Result<std::vector<std::string>> hosts_of(const AppName& app);
  /// Hands the router the domains of all apps; before the router starts. Errors: those of the
  /// stores.
  Result<void> prepare();

 private:
  [[nodiscard]] Result<void> require_not_platforms(const Actor& actor, const AppName& name,
                                                   const HostName& host) const;
  Result<void> require_no_overlap(const Actor& actor, const AppName& name, const HostName& host);
  [[nodiscard]] std::string own_name(const AppName& app) const;
  Result<bool> is_new(const Actor& actor, const AppName& name, const HostName& host);
  Result<void> require_had(const AppName& name, const std::vector<HostName>& hosts);
  Result<void> tell_router(const AppName& name);

  AppAccess& access_;
  state::AppStore& apps_;
  state::DomainStore& store_;
  router::Router& router_;
  const Clock& clock_;
  Settings settings_;
  /// The router is told in the order in which the rows change.
  std::mutex turn_;
};

}  // namespace minpaas::hooks
