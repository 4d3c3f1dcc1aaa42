#pragma once

#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/base/clock.h"
#include "core/state/config_store.h"
#include "core/state/database.h"

namespace minpaas::state {

enum class CertificateSource { Added, Auto };
std::string_view to_string(CertificateSource source);

struct CertificateRow {
  AppName app;
  std::int64_t id = 0;
  CertificateSource source = CertificateSource::Added;
  /// Host names, `*.example.com` among them.
  std::vector<std::string> names = {};
  std::string issuer = {};
  SystemTime not_before = {};
  SystemTime not_after = {};
  std::string fingerprint = {};
  /// Certificate, chain and key.
  Secret pem = {};
  SystemTime created_at = {};
};

/// A host name for which no certificate could be had.
struct CertificateFailure {
  std::string host;
  /// On end.
  int attempts = 0;
  std::string error;
  /// When the next attempt is due.
  SystemTime next_at;
};

/// Certificates of apps with their keys, which are encrypted. Thread: any.
class CertificateStore {
 public:
  CertificateStore(Database& database, const SecretKey& key) : database_(database), key_(key) {}

  /// `id` of the row is ignored. Older ones of the app and source whose names are all
  /// among its names are removed. Errors: NotFound.
  Result<void> add(const CertificateRow& row);
  /// Oldest first. Errors: Corrupt (this key does not open one).
  Result<std::vector<CertificateRow>> of_app(const AppName& app);
  /// Of all apps, oldest first. One that cannot be opened is left out and put into `unreadable`, in
  /// words.
  Result<std::vector<CertificateRow>> list(std::vector<std::string>& unreadable);
  Result<void> remove(const std::vector<std::int64_t>& ids);

  /// Whether certificates of the app are fetched. Errors: NotFound.
  Result<void> set_automatic(const AppName& app, bool automatic);
  Result<std::vector<AppName>> automatic_apps();
  Result<bool> is_automatic(const AppName& app);

  /// Counts one more attempt. Errors: NotFound.
  Result<void> note_failure(const AppName& app, const CertificateFailure& failure);
  /// Of one host name, or of all.
  Result<void> forget_failures(const AppName& app, const std::string& host);
  Result<void> forget_failures(const AppName& app);
  Result<std::vector<CertificateFailure>> failures(const AppName& app);

  /// Whether any encrypted certificate exists.
  Result<bool> has_values();

 private:
  Database& database_;
  const SecretKey& key_;
};

}  // namespace minpaas::state
