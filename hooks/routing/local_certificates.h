#pragma once

#include <string>
#include <vector>

#include "config/settings.h"
#include "core/state/certificate_store.h"
#include "hooks/access/app_access.h"
#include "hooks/routing/certificate_keeper.h"
#include "hooks/routing/certificate_routes.h"
#include "hooks/service/certificates.h"
#include "hooks/service/platform.h"

namespace minpaas::hooks {

/// Certificates of the apps of this machine. Thread: any.
class LocalCertificates : public Certificates {
 public:
  LocalCertificates(AppAccess& access, state::AppStore& apps, state::CertificateStore& store,
                    HostsOf hosts, router::Router& router, AcmeClient& acme, Events& events,
                    const Clock& clock, const config::Settings& settings);

  Result<AppCertificates> list(const Actor& actor, const AppName& name) override;
  Result<AppCertificates> add(const Actor& actor, const AppName& name, const Secret& pem) override;
  Result<std::vector<std::string>> remove(const Actor& actor, const AppName& name,
                                          const std::optional<std::string>& host) override;
  Result<AppCertificates> set_automatic(const Actor& actor, const AppName& name,
                                        Automatic automatic, const Follow& follow) override;

  /// Hands the router what it shows; before the router starts. Errors: those of the stores.
  Result<void> prepare() { return routes_.apply(); }

  /// Begins to fetch and to renew.
  void start() { keeper_.start(); }

  /// Apps or their domains have changed.
  void follow_change() { keeper_.wake(); }

  /// What keeps visitors from https, or soon will.
  std::vector<DoctorFinding> examine();

 private:
  Result<AppCertificates> report(const AppName& name);
  HostCertificate report_host(const std::string& host,
                              const std::vector<state::CertificateRow>& rows,
                              const std::vector<state::CertificateFailure>& failures,
                              const std::vector<CertificateErrand>& errands);
  Result<void> require_https() const;
  Result<void> wait_for_news(const AppName& name, const Follow& follow);
  void examine_app(const AppName& name, std::vector<DoctorFinding>& findings, int& valid);

  AppAccess& access_;
  state::AppStore& apps_;
  state::CertificateStore& store_;
  router::Router& router_;
  AcmeClient& acme_;
  const Clock& clock_;
  seconds renew_before_;
  CertificateRoutes routes_;
  CertificateKeeper keeper_;
};

}  // namespace minpaas::hooks
