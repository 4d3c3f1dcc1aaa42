#pragma once

#include <optional>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/host_name.h"
#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

struct DomainRow {
  AppName app;
  HostName host;
  SystemTime added_at;
};

/// The host names that were added to apps: each belongs to one app. Thread: any.
class DomainStore {
 public:
  explicit DomainStore(Database& database) : database_(database) {}

  /// In order of the names. Errors: NotFound (the app).
  Result<std::vector<DomainRow>> of_app(const AppName& app);
  Result<std::optional<AppName>> owner(const HostName& host);
  /// All or none; those that the app has already stay as they are. Errors: NotFound (the app),
  /// Conflict (another app has one).
  Result<void> add(const AppName& app, const std::vector<HostName>& hosts, SystemTime now);
  /// Those that the app has not are no error. Errors: NotFound (the app).
  Result<void> remove(const AppName& app, const std::vector<HostName>& hosts);

 private:
  Database& database_;
};

}  // namespace minpaas::state
