#pragma once

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/base/result.h"
#include "core/router/router.h"

namespace minpaas::hooks {

/// Whether visitors of an app see a page that says so in its place. What runs goes on, and pushes
/// deploy. Thread: any.
class Maintenance {
 public:
  virtual ~Maintenance() = default;

  /// At once, and until it is ended. Returns whether that is a change. Errors: Conflict (the router
  /// has no page).
  virtual Result<bool> set(const Actor& actor, const AppName& name, router::Shown shown) = 0;
};

}  // namespace minpaas::hooks
