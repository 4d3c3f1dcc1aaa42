#include "hooks/checks/failure_hooks.h"

#include <fmt/format.h>

#include <future>

#include "core/app/failure_notice.h"
#include "core/app/secret_mask.h"
#include "core/base/web_url.h"
#include "core/webhook/post.h"
#include "hooks/checks/check_report.h"
#include "hooks/checks/command_probe.h"
#include "hooks/containers/process_set.h"

namespace minpaas::hooks {
namespace {

constexpr seconds kTimeout{10};
constexpr milliseconds kTick{50};

std::string name_of(const FailedCheck& failed) {
  return process_name(failed.process, failed.index);
}

}  // namespace

void FailureHooks::run(const std::vector<FailedCheck>& failed, const LineSink& line,
                       const std::stop_token& stop) const {
  std::vector<std::future<std::vector<std::string>>> runs;
  for (const FailedCheck& one : failed) {
    if (!one.check.on_failure.empty()) {
      runs.push_back(std::async(std::launch::async, [&] { return run_one(one, stop); }));
    }
  }
  for (auto& run : runs) {
    for (const std::string& text : run.get()) {
      line(text);
    }
  }
}

std::vector<std::string> FailureHooks::run_one(const FailedCheck& failed,
                                               const std::stop_token& stop) const {
  std::vector<std::string> lines;
  if (!failed.check.on_failure.command.empty()) {
    lines.push_back(run_command(failed, stop));
  }
  if (!failed.check.on_failure.url.empty()) {
    lines.push_back(tell_url(failed, stop));
  }
  return lines;
}

std::string FailureHooks::run_command(const FailedCheck& failed,
                                      const std::stop_token& stop) const {
  const auto& words = failed.check.on_failure.command;
  const auto details = engine_.inspect_container(failed.container);
  if (!details || details->state != docker::RunState::Running) {
    return fmt::format("onFailure of {}: {} is not run: its container does not run",
                       name_of(failed), in_one_line(words));
  }
  CommandProbe program(engine_, failed.container, words, kTimeout);
  program.start();
  while (program.busy() && !stop.stop_requested()) {
    std::this_thread::sleep_for(kTick);
  }
  return fmt::format("onFailure of {}: {} {}", name_of(failed), in_one_line(words),
                     program.busy() ? "is cancelled" : program.why());
}

std::string FailureHooks::tell_url(const FailedCheck& failed, const std::stop_token& stop) const {
  const std::string& url = failed.check.on_failure.url;
  const std::string why = without_secrets(configs_, failed.app, failed.why);
  HealthCheck shown = failed.check;
  shown.name = without_secrets(configs_, failed.app,
                               shown.name.empty() ? describe(failed.check) : shown.name);
  webhook::PostRules rules;
  rules.reach = settings_.checks.allow_private_addresses ? Reach::Anywhere : Reach::Public;
  rules.timeout = kTimeout;
  rules.ca_file = settings_.sources.ca_file;
  const std::string body = to_json(FailureNotice{failed.app.str(), name_of(failed), shown, why});
  const auto told = webhook::post_json(url, body, rules, stop);
  if (told) {
    return fmt::format("onFailure of {}: {} is told", name_of(failed), host_of_url(url));
  }
  const bool is_private = told.error().code == ErrorCode::PermissionDenied;
  return fmt::format("onFailure of {}: {}{}", name_of(failed), told.error().message,
                     is_private ? " ([checks] allow_private_addresses)" : "");
}

std::string without_secrets(state::ConfigStore& configs, const AppName& app,
                            const std::string& text) {
  const auto config = configs.latest(app);
  if (!config) {
    return "why cannot be said: " + config.error().message;
  }
  SecretMask mask;
  mask.hide(config->second);
  return mask.apply(text);
}

}  // namespace minpaas::hooks
