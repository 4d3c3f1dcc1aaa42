#pragma once

#include <optional>

#include "core/app/app_name.h"
#include "core/app/limits.h"
#include "core/state/database.h"

namespace minpaas::state {

/// The limits that were chosen for apps and their process types. Thread: any.
class ResourceStore {
 public:
  explicit ResourceStore(Database& database) : database_(database) {}

  /// Errors: NotFound (the app).
  Result<AppLimits> of_app(const AppName& app);
  /// In place of all that was chosen for this type; absent type: for all containers of the app.
  /// Errors: NotFound (the app).
  Result<void> set(const AppName& app, const std::optional<ProcessType>& type,
                   const LimitChoices& choices);

 private:
  Database& database_;
};

}  // namespace minpaas::state
