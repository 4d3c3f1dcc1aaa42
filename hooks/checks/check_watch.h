#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/docker/engine.h"
#include "hooks/checks/check.h"
#include "hooks/checks/check_probe.h"
#include "hooks/containers/process_set.h"

/// Private to the checker: what is known of the containers while they are checked.
namespace minpaas::hooks {

/// One check on its way to pass, until when it may fail.
struct CheckRule {
  CheckProbe probe;
  seconds patience;
  bool given_up = false;

  [[nodiscard]] bool settled() const { return probe.passed() || given_up; }
};

/// One container on its way to healthy. Thread: one.
class CheckWatch {
 public:
  CheckWatch(docker::Engine& engine, const CheckTarget& target, SteadyTime began)
      : target_(target), began_(began) {
    for (const StartupCheck& startup : target.checks) {
      rules_.push_back(
          {CheckProbe(engine, target.container, startup.check, target.port), startup.patience});
    }
  }

  [[nodiscard]] const CheckTarget& target() const { return target_; }

  [[nodiscard]] std::string name() const { return process_name(target_.process, target_.index); }

  [[nodiscard]] bool healthy() const { return std::ranges::all_of(rules_, &CheckRule::settled); }

  std::vector<CheckRule>& rules() { return rules_; }

  /// Takes in the container's state; the reason when it is dead.
  std::optional<std::string> look(docker::ContainerDetails details, SteadyTime now);
  void tick(SteadyTime now);
  void knock(SteadyTime now);
  /// The rules whose time is over, and that are no mere warnings.
  [[nodiscard]] std::vector<const CheckRule*> late(SteadyTime now) const;
  /// Those that only warn, of which this is the end.
  std::vector<const CheckRule*> give_up(SteadyTime now);
  /// Those that have not passed yet.
  [[nodiscard]] std::vector<const CheckRule*> open() const;

  /// Why it is not healthy yet, or why it fails this check.
  [[nodiscard]] std::string explain() const;
  [[nodiscard]] std::string explain(const CheckRule& rule) const;

 private:
  CheckTarget target_;
  SteadyTime began_;
  std::vector<CheckRule> rules_;
  docker::ContainerDetails details_;
  std::optional<int> restarts_before_;
  std::optional<SteadyTime> running_since_;
};

}  // namespace minpaas::hooks
