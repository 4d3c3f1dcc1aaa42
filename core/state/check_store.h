#pragma once

#include "core/app/app_name.h"
#include "core/app/check_choices.h"
#include "core/state/database.h"

namespace minpaas::state {

/// What was chosen for the checks of apps. Thread: any.
class CheckStore {
 public:
  explicit CheckStore(Database& database) : database_(database) {}

  /// Errors: NotFound (the app).
  Result<AppChecks> of_app(const AppName& app);
  /// In place of all that was chosen for this type. Errors: NotFound (the app).
  Result<void> set(const AppName& app, const ProcessType& type, const CheckChoices& choices);

 private:
  Database& database_;
};

}  // namespace minpaas::state
