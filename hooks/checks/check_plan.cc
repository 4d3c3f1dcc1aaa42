#include "hooks/checks/check_plan.h"

#include <algorithm>
#include <iterator>

namespace minpaas::hooks {
namespace {

constexpr int kFirstServerError = 500;
/// Of a check of an app.json that says how long it may fail, but not all of it: Dokku's.
constexpr int kUsualAttempts = 3;
constexpr seconds kUsualTimeout{5};
constexpr seconds kUsualWait{5};
/// Between two looks at a live process.
constexpr seconds kLeastWait{1};

HealthCheck default_check(const ProcessType& type, WebProtocol protocol,
                          const config::CheckSettings& settings) {
  HealthCheck check;
  if (type.is_web() && protocol == WebProtocol::H2c) {
    check.listening = true;
  } else if (type.is_web()) {
    check.path = "/";
    check.bad_status_from = kFirstServerError;
  } else {
    check.uptime = settings.worker_uptime;
  }
  return check;
}

/// Those of the app.json for a live process, or for one without traffic.
std::vector<HealthCheck> declared_checks(const ProcessType& type, const Manifest& manifest,
                                         bool live) {
  std::vector<HealthCheck> checks;
  const auto declared = manifest.healthchecks.find(type);
  if (declared != manifest.healthchecks.end()) {
    std::ranges::copy_if(
        declared->second, std::back_inserter(checks),
        [live](const HealthCheck& check) { return (check.kind == CheckKind::Liveness) == live; });
  }
  return checks;
}

/// Tries are a tenth of a second apart, whatever `wait` says; what counts them has the time that
/// they would take.
seconds patience_of(const HealthCheck& check, const std::optional<seconds>& chosen, seconds usual) {
  if (check.uptime) {
    return check.initial_delay + *check.uptime + chosen.value_or(usual);
  }
  if (chosen || (!check.attempts && !check.wait)) {
    return chosen.value_or(check.initial_delay + usual);
  }
  return check.initial_delay +
         check.attempts.value_or(kUsualAttempts) *
             (check.timeout.value_or(kUsualTimeout) + check.wait.value_or(kUsualWait));
}

/// A path that was chosen is asked for as long as the process lives. Of the default
/// check only the TCP part stays on: a process that gets requests has to take connections. `plan`
/// knows the startup checks.
void plan_liveness(CheckPlan& plan, const ProcessType& type, std::vector<HealthCheck> checks,
                   const CheckChoices& choices, const config::CheckSettings& settings) {
  if (choices.path) {
    checks = {HealthCheck{.kind = CheckKind::Liveness, .path = *choices.path}};
    plan.liveness_from = CheckSource::Set;
  } else if (!checks.empty()) {
    plan.liveness_from = CheckSource::AppJson;
  } else if (type.is_web() && plan.startup_from == CheckSource::Default) {
    checks = {HealthCheck{.kind = CheckKind::Liveness, .listening = true}};
  }
  for (HealthCheck& check : checks) {
    check.timeout = choices.timeout ? choices.timeout : check.timeout.value_or(kUsualTimeout);
    check.attempts =
        choices.attempts ? choices.attempts : check.attempts.value_or(settings.liveness_attempts);
    check.wait = choices.wait ? choices.wait : check.wait.value_or(settings.liveness_wait);
    check.wait = std::max(*check.wait, kLeastWait);
  }
  plan.liveness = std::move(checks);
}

}  // namespace

CheckPlan plan_checks(const ProcessType& type, const Manifest& manifest,
                      const CheckChoices& choices, const config::CheckSettings& settings) {
  CheckPlan plan;
  auto checks = declared_checks(type, manifest, false);
  if (choices.path) {
    checks = {HealthCheck{.path = *choices.path}};
    plan.startup_from = CheckSource::Set;
  } else if (!checks.empty()) {
    plan.startup_from = CheckSource::AppJson;
  } else {
    checks = {default_check(type, manifest.protocol, settings)};
  }
  for (HealthCheck& check : checks) {
    const seconds patience = patience_of(check, choices.deadline, settings.timeout);
    if (choices.timeout) {
      check.timeout = choices.timeout;
    }
    plan.startup.push_back({std::move(check), patience});
  }
  plan_liveness(plan, type, declared_checks(type, manifest, true), choices, settings);
  return plan;
}

}  // namespace minpaas::hooks
