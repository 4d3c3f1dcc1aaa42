#pragma once

#include <string_view>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/check_choices.h"
#include "core/app/formation.h"
#include "core/app/health_check.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// A check of a process that gets no traffic yet.
struct StartupCheck {
  HealthCheck check;
  /// So long after the begin it may fail.
  seconds patience{60};
};

/// Who has said it.
enum class CheckSource { Default, AppJson, Set };
/// `default`, `app.json`, `checks:set`.
std::string_view to_string(CheckSource source);

/// How the processes of one type show that they are healthy.
struct CheckPlan {
  /// What must hold before a release goes live; never empty.
  std::vector<StartupCheck> startup;
  CheckSource startup_from = CheckSource::Default;
  /// What must go on to hold while it is live; may be empty. `timeout`, `attempts` and `wait` of
  /// each are there.
  std::vector<HealthCheck> liveness;
  CheckSource liveness_from = CheckSource::Default;
};

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
