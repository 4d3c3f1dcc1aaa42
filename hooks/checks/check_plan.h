#pragma once

#include "config/settings.h"
#include "core/app/check_choices.h"
#include "core/app/manifest.h"
#include "hooks/service/checks.h"

namespace minpaas::hooks {

/// What was chosen goes before what the app.json says, and that before the defaults: web answers
/// GET / below 500 and then goes on to listen, any other process runs for `worker_uptime`.
CheckPlan plan_checks(const ProcessType& type, const Manifest& manifest,
                      const CheckChoices& choices, const config::CheckSettings& settings);

}  // namespace minpaas::hooks
