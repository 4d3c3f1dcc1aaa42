#include "hooks/checks/check_watch.h"

#include <fmt/format.h>

#include "hooks/checks/check_report.h"

namespace minpaas::hooks {

using docker::RunState;

std::optional<std::string> CheckWatch::look(docker::ContainerDetails details, SteadyTime now) {
  details_ = std::move(details);
  if (!restarts_before_) {
    restarts_before_ = details_.restart_count;
  }
  if (auto reason = why_dead(details_)) {
    return reason;
  }
  if (details_.restart_count > *restarts_before_) {
    return "ended and was started again by the engine";
  }
  if (details_.state == RunState::Running && !running_since_) {
    running_since_ = now;
  }
  return std::nullopt;
}

void CheckWatch::tick(SteadyTime now) {
  if (!running_since_) {
    return;
  }
  for (CheckRule& rule : rules_) {
    if (!rule.given_up) {
      rule.probe.tick(details_, *running_since_, now);
    }
  }
}

void CheckWatch::knock(SteadyTime now) {
  for (CheckRule& rule : rules_) {
    if (!rule.given_up) {
      rule.probe.knock(details_, now);
    }
  }
}

std::vector<const CheckRule*> CheckWatch::open() const {
  std::vector<const CheckRule*> open;
  for (const CheckRule& rule : rules_) {
    if (!rule.settled()) {
      open.push_back(&rule);
    }
  }
  return open;
}

std::vector<const CheckRule*> CheckWatch::late(SteadyTime now) const {
  auto late = open();
  std::erase_if(late, [&](const CheckRule* rule) {
    return rule->probe.check().warn || now < began_ + rule->patience;
  });
  return late;
}

std::vector<const CheckRule*> CheckWatch::give_up(SteadyTime now) {
  std::vector<const CheckRule*> given_up;
  for (CheckRule& rule : rules_) {
    if (!rule.settled() && rule.probe.check().warn && now >= began_ + rule.patience) {
      rule.given_up = true;
      given_up.push_back(&rule);
    }
  }
  return given_up;
}

std::string CheckWatch::explain(const CheckRule& rule) const {
  std::string why = rule.probe.explain(details_);
  // A killed child leaves the container running: a server whose workers die never answers.
  return details_.oom_killed ? why + "; a program in it used more memory than the limit" : why;
}

std::string CheckWatch::explain() const {
  if (details_.state != RunState::Running) {
    return "its container has not begun to run";
  }
  const auto rules = open();
  return rules.empty() ? "" : explain(*rules.front());
}

}  // namespace minpaas::hooks
