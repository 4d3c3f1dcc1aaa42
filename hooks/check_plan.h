#pragma once

#include <string_view>
#include <vector>

#include "config/settings.h"
#include "core/app/check_choices.h"
#include "core/app/manifest.h"
#include "hooks/check.h"

namespace minpaas::hooks {

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

/// What was chosen goes before what the app.json says, and that before the defaults: web answers
/// GET / below 500 and then goes on to listen, any other process runs for `worker_uptime`.
CheckPlan plan_checks(const ProcessType& type, const Manifest& manifest,
                      const CheckChoices& choices, const config::CheckSettings& settings);

}  // namespace minpaas::hooks
