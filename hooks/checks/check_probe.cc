#include "hooks/checks/check_probe.h"

#include <fmt/format.h>

#include "hooks/checks/check_report.h"

namespace minpaas::hooks {
namespace {

/// Between two runs of a command: each costs a process in the container.
constexpr milliseconds kCommandPause{500};

HttpRequest request_of(const HealthCheck& check) {
  HttpRequest request;
  request.path = check.path;
  request.headers = check.headers;
  request.keeps_body = !check.content.empty();
  request.answer_timeout = check.timeout.value_or(HttpProbe::kAnswerTimeout);
  return request;
}

}  // namespace

CheckProbe::CheckProbe(docker::Engine& engine, const docker::ContainerId& container,
                       const HealthCheck& check, int port)
    : check_(check), port_(check.port == 0 ? port : check.port), http_(request_of(check)) {
  if (!check.command.empty()) {
    command_ = std::make_unique<CommandProbe>(engine, container, check.command,
                                              check.timeout.value_or(HttpProbe::kAnswerTimeout));
  }
}

bool CheckProbe::busy() const {
  return command_ ? command_->busy() : http_.busy();
}

void CheckProbe::begin(const docker::ContainerDetails& details, SteadyTime now) {
  if (command_) {
    command_->start();
  } else {
    http_.start(details.address, port_, now);
  }
}

bool CheckProbe::settle() {
  if (command_) {
    passed_ = command_->passed().value_or(false);
  }
  return passed_;
}

void CheckProbe::tick(const docker::ContainerDetails& details, SteadyTime running_since,
                      SteadyTime now) {
  if (passed_ || now < running_since + check_.initial_delay) {
    return;
  }
  if (check_.uptime) {
    passed_ = now - running_since >= *check_.uptime;
    return;
  }
  if (!command_) {
    if (!http_.busy() && !details.address.empty()) {
      begin(details, now);
    }
    return;
  }
  if (command_->busy()) {
    return;
  }
  if (!settle() && now >= command_due_.value_or(now)) {
    command_due_ = now + kCommandPause;
    begin(details, now);
  }
}

void CheckProbe::knock(const docker::ContainerDetails& details, SteadyTime now) {
  const bool unheard = http_.outcome() == HttpProbe::Outcome::Refused ||
                       http_.outcome() == HttpProbe::Outcome::Unreachable;
  if (!passed_ && unheard && !http_.busy() && !details.address.empty()) {
    begin(details, now);
  }
}

void CheckProbe::judge() {
  if (check_.path.empty()) {
    passed_ = passed_ || (check_.listening && http_.outcome() == HttpProbe::Outcome::Connected);
    return;
  }
  passed_ = passed_ || (http_.outcome() == HttpProbe::Outcome::Answered &&
                        http_.status() < check_.bad_status_from &&
                        http_.body().find(check_.content) != std::string_view::npos);
}

std::string CheckProbe::explain(const docker::ContainerDetails& details) const {
  if (check_.uptime) {
    return "it has not run for long enough";
  }
  if (command_) {
    const std::string why = command_->why();
    return fmt::format("check command {} {}", in_one_line(check_.command),
                       why.empty() ? "has not ended yet" : why);
  }
  const bool good_status =
      http_.outcome() == HttpProbe::Outcome::Answered && http_.status() < check_.bad_status_from;
  if (good_status && !check_.content.empty()) {
    return fmt::format("check path {} answered without the expected content", check_.path);
  }
  const PortOf port_of = check_.port == 0 ? PortOf::Process : PortOf::Check;
  return why_unhealthy(details, port_, port_of, http_.outcome(), http_.status(), check_.path);
}

}  // namespace minpaas::hooks
