#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/state/certificate_store.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

enum class Automatic { Off, On };

/// None: visitors see the certificate that nobody has signed. Pending: it is being fetched.
enum class CertificateState { None, Pending, Failing, Valid, Expiring, Expired };
std::string_view to_string(CertificateState state);

/// What visitors of one host name are shown.
struct HostCertificate {
  std::string host;
  CertificateState state = CertificateState::None;
  /// What follows is empty without a certificate.
  std::optional<state::CertificateSource> source = std::nullopt;
  std::string issuer = {};
  std::vector<std::string> names = {};
  std::string fingerprint = {};
  std::optional<SystemTime> not_before = std::nullopt;
  std::optional<SystemTime> not_after = std::nullopt;
  /// Why the authority gave none at the last attempt, and when it is asked again.
  std::string last_error = {};
  std::optional<SystemTime> next_attempt_at = std::nullopt;
};

struct AppCertificates {
  Automatic automatic = Automatic::Off;
  /// One for each domain of the app.
  std::vector<HostCertificate> hosts;
};

/// Certificates of apps. Thread: any. Every function checks that `actor` may do it.
class Certificates {
 public:
  virtual ~Certificates() = default;

  virtual Result<AppCertificates> list(const Actor& actor, const AppName& name) = 0;
  /// PEM text with certificate, chain and key. It is shown for every domain of the app that it
  /// names, from the next connection on. Errors: InvalidInput (what is wrong with it; it names no
  /// domain of the app), Conflict (the router has no https).
  virtual Result<AppCertificates> add(const Actor& actor, const AppName& name,
                                      const Secret& pem) = 0;
  /// Those that stand for the host name, or all. Returns for which names there were. Errors:
  /// NotFound, Conflict (it would be fetched again at once).
  virtual Result<std::vector<std::string>> remove(const Actor& actor, const AppName& name,
                                                  const std::optional<std::string>& host) = 0;
  /// On: waits until every domain has a certificate or a reason why not; that goes on when `follow`
  /// leaves. Off: those that are there stay. Errors: Conflict (a setting is missing), Unavailable
  /// (the ACME client is missing), Disconnected (`follow` has left).
  virtual Result<AppCertificates> set_automatic(const Actor& actor, const AppName& name,
                                                Automatic automatic, const Follow& follow) = 0;
};

}  // namespace minpaas::hooks
