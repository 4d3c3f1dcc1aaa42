#include "tests/support/fake_certificates.h"

#include "core/base/text.h"

namespace minpaas::test {

Result<hooks::AppCertificates*> FakeCertificates::find(const AppName& name) {
  TRY(find_(name));
  hooks::AppCertificates& found = all_[name];
  if (found.hosts.empty()) {
    found.hosts.push_back({.host = name.str() + ".example"});
  }
  return &found;
}

void FakeCertificates::fill(hooks::HostCertificate& host, state::CertificateSource source,
                            const std::string& issuer) const {
  host.state = hooks::CertificateState::Valid;
  host.source = source;
  host.issuer = issuer;
  host.names = {host.host};
  host.fingerprint = "0f1e";
  host.not_before = clock_.now();
  host.not_after = clock_.now() + std::chrono::hours(24 * 90);
  host.last_error.clear();
  host.next_attempt_at.reset();
}

Result<hooks::AppCertificates> FakeCertificates::list(const Actor& /*actor*/, const AppName& name) {
  const auto* found = TRY(find(name));
  return *found;
}

Result<hooks::AppCertificates> FakeCertificates::add(const Actor& /*actor*/, const AppName& name,
                                                     const Secret& pem) {
  auto* found = TRY(find(name));
  if (trim(pem.reveal()) != "good") {
    return Error{ErrorCode::InvalidInput, "the private key does not belong to the certificate", "",
                 ""};
  }
  fill(found->hosts.front(), state::CertificateSource::Added, "An Authority");
  return *found;
}

Result<std::vector<std::string>> FakeCertificates::remove(const Actor& /*actor*/,
                                                          const AppName& name,
                                                          const std::optional<std::string>& host) {
  auto* found = TRY(find(name));
  hooks::HostCertificate& first = found->hosts.front();
  if (!first.source || (host && *host != first.host)) {
    return Error{ErrorCode::NotFound, name.str() + " has no certificate", "", ""};
  }
  first = {.host = first.host};
  return std::vector<std::string>{first.host};
}

Result<hooks::AppCertificates> FakeCertificates::set_automatic(const Actor& /*actor*/,
                                                               const AppName& name,
                                                               hooks::Automatic automatic,
                                                               const hooks::Follow& /*follow*/) {
  auto* found = TRY(find(name));
  found->automatic = automatic;
  hooks::HostCertificate& first = found->hosts.front();
  if (automatic == hooks::Automatic::On && !refusal.empty()) {
    first.state = hooks::CertificateState::Failing;
    first.last_error = refusal;
    first.next_attempt_at = clock_.now() + std::chrono::minutes(5);
  } else if (automatic == hooks::Automatic::On) {
    fill(first, state::CertificateSource::Auto, "R3 (Let's Encrypt)");
  }
  return *found;
}

}  // namespace minpaas::test
