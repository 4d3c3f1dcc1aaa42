#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "core/state/certificate_store.h"
#include "hooks/routing/acme_client.h"
#include "hooks/routing/certificate_choice.h"
#include "hooks/routing/certificate_routes.h"
#include "hooks/service/events.h"

namespace minpaas::hooks {

struct KeeperSettings {
  seconds renew_before{std::chrono::hours(30 * 24)};
  Proof proof = Proof::ByHttp;
};

/// A host name that needs a certificate from the authority, and when.
struct CertificateErrand {
  AppName app;
  std::string host;
  SystemTime due_at;
};

/// Fetches and renews the certificates of the apps that want it, one after the other, on a thread
/// of its own; asks again later when there was none. Both go on record. Thread: any.
class CertificateKeeper {
 public:
  CertificateKeeper(state::CertificateStore& store, CertificateRoutes& routes, AcmeClient& acme,
                    Events& events, const Clock& clock, KeeperSettings settings)
      : store_(store),
        routes_(routes),
        acme_(acme),
        events_(events),
        clock_(clock),
        settings_(settings) {}

  /// Ends the thread, and the ACME client with it.
  ~CertificateKeeper() = default;
  CertificateKeeper(const CertificateKeeper&) = delete;
  CertificateKeeper& operator=(const CertificateKeeper&) = delete;

  void start();
  /// Apps, domains or certificates have changed.
  void wake();
  /// What is to be fetched for the app, and when: at once, at its renewal, or after a failure.
  Result<std::vector<CertificateErrand>> errands(const AppName& app);
  /// Whether nothing of the app is due now.
  Result<bool> is_settled(const AppName& app);
  /// Until something was fetched or refused, or the deadline.
  void await_news(SteadyTime deadline, const std::stop_token& stop);

 private:
  struct State {
    /// Counts the calls of `wake`, and what was fetched or refused.
    long long wishes = 0;
    long long news = 0;
  };

  void work(const std::stop_token& stop);
  /// What is due next; absent: nothing ever.
  std::optional<CertificateErrand> next();
  void fetch(const CertificateErrand& errand, const std::stop_token& stop);
  Result<void> fetch_and_keep(const CertificateErrand& errand, const std::stop_token& stop);
  void note_failure(const CertificateErrand& errand, const Error& error);

  state::CertificateStore& store_;
  CertificateRoutes& routes_;
  AcmeClient& acme_;
  Events& events_;
  const Clock& clock_;
  KeeperSettings settings_;
  Guarded<State> state_;
  std::jthread thread_;
};

}  // namespace minpaas::hooks
