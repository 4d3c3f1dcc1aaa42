#pragma once

#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/check_choices.h"
#include "hooks/check_plan.h"

namespace minpaas::hooks {

/// How one process type shows that it is healthy.
struct CheckReport {
  ProcessType type;
  CheckPlan plan;
  /// What was chosen for it.
  CheckChoices chosen;
};

/// The checks of apps. Thread: any.
class Checks {
 public:
  virtual ~Checks() = default;

  /// Of each process type of the live release, with what was chosen since.
  virtual Result<std::vector<CheckReport>> report(const Actor& actor, const AppName& name) = 0;
  /// For every container that is made from now on, and for the liveness of what runs. It makes no
  /// release and starts nothing. Errors: NotFound (no such process type), Conflict (the app is
  /// locked).
  virtual Result<void> set(const Actor& actor, const AppName& name, const ProcessType& type,
                           const CheckChange& change) = 0;
};

}  // namespace minpaas::hooks
