#pragma once

#include <functional>
#include <map>
#include <string>

#include "hooks/service/certificates.h"

namespace minpaas::test {

/// A working model: each app has the host name APP.example. The text `good` is a certificate, all
/// others are none. Thread: one at a time.
class FakeCertificates : public hooks::Certificates {
 public:
  using Find = std::function<Result<void>(const AppName& app)>;

  FakeCertificates(const Clock& clock, Find find) : clock_(clock), find_(std::move(find)) {}

  /// What the authority refuses with; empty: it gives one.
  std::string refusal;

  Result<hooks::AppCertificates> list(const Actor& actor, const AppName& name) override;
  Result<hooks::AppCertificates> add(const Actor& actor, const AppName& name,
                                     const Secret& pem) override;
  Result<std::vector<std::string>> remove(const Actor& actor, const AppName& name,
                                          const std::optional<std::string>& host) override;
  Result<hooks::AppCertificates> set_automatic(const Actor& actor, const AppName& name,
                                               hooks::Automatic automatic,
                                               const hooks::Follow& follow) override;

 private:
  Result<hooks::AppCertificates*> find(const AppName& name);
  void fill(hooks::HostCertificate& host, state::CertificateSource source,
            const std::string& issuer) const;

  const Clock& clock_;
  Find find_;
  std::map<AppName, hooks::AppCertificates> all_;
};

}  // namespace minpaas::test
