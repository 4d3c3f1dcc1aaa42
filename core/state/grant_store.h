#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/app_right.h"
#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

struct GrantRow {
  std::string user;
  AppRight right = AppRight::Read;
  /// Name of the user who gave it.
  std::string granted_by;
  SystemTime created_at;
};

/// Who may do what with which app. Thread: any.
class GrantStore {
 public:
  explicit GrantStore(Database& database) : database_(database) {}

  /// Absent: nothing, or there is no such app.
  Result<std::optional<AppRight>> find(const AppName& app, std::int64_t user_id);
  /// All that the user has, by the app's name.
  Result<std::map<AppName, AppRight>> of_user(std::int64_t user_id);
  /// By user name. Errors: NotFound (the app).
  Result<std::vector<GrantRow>> of_app(const AppName& app);
  /// In place of what the user had. Errors: NotFound (the app or the user).
  Result<void> put(const AppName& app, const GrantRow& grant);
  /// Whether there was one. Errors: NotFound (the app or the user).
  Result<bool> remove(const AppName& app, const std::string& user);

 private:
  Database& database_;
};

}  // namespace minpaas::state
