#include "hooks/routing/local_certificates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/certs/certificate.h"

namespace minpaas::hooks {
namespace {

/// One lego after the other may be at work for other apps.
constexpr std::chrono::minutes kPatience{15};
constexpr std::size_t kDate = 10;

Proof proof_of(const config::CertSettings& settings) {
  return settings.dns_provider.empty() ? Proof::ByHttp : Proof::ByDns;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string date_of(SystemTime time) {
  return format_rfc3339(time).substr(0, kDate);
}

}  // namespace

std::string_view to_string(CertificateState state) {
  switch (state) {
    case CertificateState::None:
      return "none";
    case CertificateState::Pending:
      return "pending";
    case CertificateState::Failing:
      return "failing";
    case CertificateState::Valid:
      return "valid";
    case CertificateState::Expiring:
      return "expiring";
    case CertificateState::Expired:
      return "expired";
  }
  return "unknown";
}

LocalCertificates::LocalCertificates(AppAccess& access, state::AppStore& apps,
                                     state::CertificateStore& store, HostsOf hosts,
                                     router::Router& router, AcmeClient& acme, Events& events,
                                     const Clock& clock, const config::Settings& settings)
    : access_(access),
      apps_(apps),
      store_(store),
      router_(router),
      acme_(acme),
      clock_(clock),
      renew_before_(settings.certs.renew_before),
      routes_(apps, store, std::move(hosts), router, clock,
              settings.server.data_dir / "default-certificate.pem", settings.router.domain),
      keeper_(store, routes_, acme, events, clock, {renew_before_, proof_of(settings.certs)}) {}

Result<void> LocalCertificates::require_https() const {
  return router_.serves_https()
             ? Result<void>()
             : Error{ErrorCode::Conflict, "this server has no https: its router is not HAProxy",
                     "install haproxy on the server, and set [router] kind = haproxy", ""};
}

HostCertificate LocalCertificates::report_host(
    const std::string& host, const std::vector<state::CertificateRow>& rows,
    const std::vector<state::CertificateFailure>& failures,
    const std::vector<CertificateErrand>& errands) {
  const SystemTime now = clock_.now();
  HostCertificate report{.host = host};
  const auto failed = std::ranges::find(failures, host, &state::CertificateFailure::host);
  if (failed != failures.end()) {
    report.last_error = failed->error;
    report.next_attempt_at = failed->next_at;
  }
  const auto* shown = choose_certificate(rows, host, now);
  if (shown == nullptr) {
    const bool wanted = std::ranges::find(errands, host, &CertificateErrand::host) != errands.end();
    report.state = !wanted                     ? CertificateState::None
                   : report.last_error.empty() ? CertificateState::Pending
                                               : CertificateState::Failing;
    return report;
  }
  report.source = shown->source;
  report.issuer = shown->issuer;
  report.names = shown->names;
  report.fingerprint = shown->fingerprint;
  report.not_before = shown->not_before;
  report.not_after = shown->not_after;
  report.state = !is_valid_at(*shown, now)                    ? CertificateState::Expired
                 : renewal_time(*shown, renew_before_) <= now ? CertificateState::Expiring
                                                              : CertificateState::Valid;
  return report;
}

Result<AppCertificates> LocalCertificates::report(const AppName& name) {
  AppCertificates found;
  found.automatic = TRY(store_.is_automatic(name)) ? Automatic::On : Automatic::Off;
  const auto rows = TRY(store_.of_app(name));
  const auto failures = TRY(store_.failures(name));
  const auto errands = TRY(keeper_.errands(name));
  const auto hosts = TRY(routes_.hosts(name));
  for (const std::string& host : hosts) {
    found.hosts.push_back(report_host(host, rows, failures, errands));
  }
  return found;
}

Result<AppCertificates> LocalCertificates::list(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Read));
  return report(name);
}

Result<AppCertificates> LocalCertificates::add(const Actor& actor, const AppName& name,
                                               const Secret& pem) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  TRY(require_https());
  const auto certificate = TRY(certs::parse_certificate(pem.reveal()));
  TRY(certs::require_valid_at(certificate, clock_.now()));
  const auto hosts = TRY(routes_.hosts(name));
  if (std::ranges::none_of(
          hosts, [&](const std::string& host) { return certs::covers(certificate.names, host); })) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("the certificate is for {}, and {} has none of these domains",
                             joined(certificate.names), name.str()),
                 hosts.empty() ? "" : fmt::format("{} has {}", name.str(), joined(hosts)), ""};
  }
  TRY(store_.add(to_row(name, state::CertificateSource::Added, certificate, clock_.now())));
  log::info("{}: {} added a certificate for {}", name.str(), actor.name, joined(certificate.names));
  TRY(routes_.apply());
  return report(name);
}

Result<std::vector<std::string>> LocalCertificates::remove(const Actor& actor, const AppName& name,
                                                           const std::optional<std::string>& host) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  const bool automatic = TRY(store_.is_automatic(name));
  const auto rows = TRY(store_.of_app(name));
  std::vector<std::int64_t> ids;
  std::vector<std::string> names;
  bool kept = false;
  for (const state::CertificateRow& row : rows) {
    if (host && !certs::covers(row.names, *host)) {
      continue;
    }
    if (automatic && row.source == state::CertificateSource::Auto) {
      kept = true;
      continue;
    }
    ids.push_back(row.id);
    names.insert(names.end(), row.names.begin(), row.names.end());
  }
  if (ids.empty() && kept) {
    return Error{ErrorCode::Conflict,
                 fmt::format("the certificates of {} are fetched automatically", name.str()),
                 fmt::format("first: certs:auto {} off", name.str()), ""};
  }
  if (ids.empty()) {
    return Error{ErrorCode::NotFound,
                 host ? fmt::format("{} has no certificate for {}", name.str(), *host)
                      : fmt::format("{} has no certificate", name.str()),
                 fmt::format("list them: certs {}", name.str()), ""};
  }
  TRY(store_.remove(ids));
  log::info("{}: {} removed the certificates of {}", name.str(), actor.name, joined(names));
  TRY(routes_.apply());
  return names;
}

Result<AppCertificates> LocalCertificates::set_automatic(const Actor& actor, const AppName& name,
                                                         Automatic automatic,
                                                         const Follow& follow) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  if (automatic == Automatic::On) {
    TRY(require_https());
    TRY(acme_.ready());
  }
  // With a refusal of the past the next attempt might be tomorrow.
  TRY(store_.forget_failures(name));
  TRY(store_.set_automatic(name, automatic == Automatic::On));
  log::info("{}: {} switched the fetching of certificates {}", name.str(), actor.name,
            automatic == Automatic::On ? "on" : "off");
  keeper_.wake();
  if (automatic == Automatic::On) {
    TRY(wait_for_news(name, follow));
  }
  return report(name);
}

Result<void> LocalCertificates::wait_for_news(const AppName& name, const Follow& follow) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!TRY(keeper_.is_settled(name))) {
    if (follow.gone.stop_requested()) {
      return Error{ErrorCode::Disconnected, "you left; the certificates are fetched all the same",
                   "", ""};
    }
    if (std::chrono::steady_clock::now() > deadline) {
      return Error{ErrorCode::Timeout, "the authority takes long; it is asked further",
                   fmt::format("look again later: certs {}", name.str()), ""};
    }
    keeper_.await_news(std::chrono::steady_clock::now() + seconds(1), follow.gone);
    if (follow.tick) {
      follow.tick();
    }
  }
  return {};
}

void LocalCertificates::examine_app(const AppName& name, std::vector<DoctorFinding>& findings,
                                    int& valid) {
  const auto found = report(name);
  if (!found) {
    findings.push_back({fmt::format("certificates of {}", name.str()), CheckLevel::Problem,
                        found.error().message, found.error().hint});
    return;
  }
  for (const HostCertificate& host : found->hosts) {
    const std::string what = fmt::format("certificate of {}", host.host);
    const bool fetched =
        found->automatic == Automatic::On && host.source != state::CertificateSource::Added;
    const std::string mend =
        fetched ? fmt::format("mend what it says, then: certs:auto {} on", name.str())
                : fmt::format("send a new one: certs:add {}; or: certs:auto {} on", name.str(),
                              name.str());
    const bool expired = host.state == CertificateState::Expired;
    if (!host.last_error.empty()) {
      findings.push_back({what, expired ? CheckLevel::Problem : CheckLevel::Warning,
                          "the authority gave none: " + host.last_error, mend});
    } else if (expired || (host.state == CertificateState::Expiring && !fetched)) {
      findings.push_back(
          {what, expired ? CheckLevel::Problem : CheckLevel::Warning,
           fmt::format("{} on {}", expired ? "expired" : "expires", date_of(*host.not_after)),
           mend});
    } else if (host.not_after) {
      ++valid;
    }
  }
}

std::vector<DoctorFinding> LocalCertificates::examine() {
  std::vector<DoctorFinding> findings;
  const auto automatic = store_.automatic_apps();
  if (automatic && !automatic->empty()) {
    if (const auto ready = acme_.ready(); !ready) {
      findings.push_back(
          {"certificates", CheckLevel::Problem, ready.error().message, ready.error().hint});
    }
  }
  int valid = 0;
  const auto apps = apps_.list();
  for (const state::AppRow& app : apps ? *apps : std::vector<state::AppRow>()) {
    examine_app(app.name, findings, valid);
  }
  if (findings.empty() && valid > 0) {
    findings.push_back({"certificates", CheckLevel::Ok, fmt::format("{} valid", valid), ""});
  }
  return findings;
}

}  // namespace minpaas::hooks
