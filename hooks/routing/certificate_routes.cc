#include "hooks/routing/certificate_routes.h"

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/certs/certificate.h"
#include "hooks/routing/certificate_choice.h"

namespace minpaas::hooks {

/// Made once; anew when it has expired or cannot be read.
Result<Secret> CertificateRoutes::fallback() {
  const auto text = read_file(fallback_, certs::kMostPemBytes);
  const auto known = text ? certs::parse_certificate(*text) : text.error();
  if (known && certs::require_valid_at(*known, clock_.now())) {
    return known->pem;
  }
  const auto made = TRY(certs::make_self_signed(server_name_, clock_.now()));
  TRY(write_file_atomically(fallback_, made.pem.reveal(), 0600));
  return made.pem;
}

Result<void> CertificateRoutes::apply() {
  if (!router_.serves_https()) {
    return {};
  }
  const std::scoped_lock turn(turn_);
  router::HostCertificates wanted;
  wanted.fallback = TRY(fallback());
  std::vector<std::string> unreadable;
  const auto rows = TRY(store_.list(unreadable));
  for (const std::string& words : unreadable) {
    log::error("{}", words);
  }
  std::map<AppName, std::vector<state::CertificateRow>> by_app;
  for (const state::CertificateRow& row : rows) {
    by_app[row.app].push_back(row);
  }
  for (const auto& [app, certificates] : by_app) {
    const auto hosts = hosts_(app);
    if (!hosts) {
      // It has been destroyed meanwhile.
      continue;
    }
    for (const std::string& host : *hosts) {
      const auto* chosen = choose_certificate(certificates, host, clock_.now());
      if (chosen != nullptr) {
        wanted.by_host[host] = chosen->pem;
      }
    }
  }
  return router_.set_certificates(wanted);
}

}  // namespace minpaas::hooks
