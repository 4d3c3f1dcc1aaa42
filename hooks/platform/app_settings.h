#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/router/router.h"
#include "core/state/app_store.h"
#include "runtimes/runtime.h"

namespace minpaas::hooks {

/// What people choose for single apps (`apps:set`). Who may is the caller's to know. Thread: any.
class AppSettings {
 public:
  AppSettings(state::AppStore& apps, const runtimes::Catalog& catalog, const router::Router& router)
      : apps_(apps), catalog_(catalog), router_(router) {}

  /// Nothing is stored unless all can be. Errors: InvalidInput (an unknown key, a bad value),
  /// Conflict (the router cannot do that), NotFound, those of the store.
  Result<void> set(const AppName& name,
                   const std::vector<std::pair<std::string, std::string>>& values);

 private:
  using Change = std::function<Result<void>()>;

  /// What stores the value.
  Result<Change> change_of(const AppName& name, const std::string& key, const std::string& value);

  state::AppStore& apps_;
  const runtimes::Catalog& catalog_;
  const router::Router& router_;
};

}  // namespace minpaas::hooks
