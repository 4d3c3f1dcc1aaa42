#include "hooks/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "hooks/check_report.h"
#include "hooks/process_set.h"

namespace minpaas::hooks {
namespace {

using docker::RunState;

constexpr int kFirstServerError = 500;
/// How long answers that have passed are still read, so that no connection is reset.
constexpr milliseconds kGoodbye{200};
/// Most apps listen within a tenth of a second: looks are dense at first, then one an interval.
constexpr milliseconds kFirstInterval{10};
/// Silence after which the pusher is told what the check is waiting for.
constexpr seconds kSayAfter{5};

/// One container on its way to healthy.
class Watch {
 public:
  explicit Watch(const CheckTarget& target) : target_(target) {}

  [[nodiscard]] const CheckTarget& target() const { return target_; }

  [[nodiscard]] std::string name() const { return process_name(target_.process, target_.index); }

  [[nodiscard]] bool healthy() const { return healthy_; }

  HttpProbe& probe() { return probe_; }

  /// Takes in the container's state; the reason when it is dead.
  std::optional<std::string> look(docker::ContainerDetails details, SteadyTime now);
  /// Begins a probe when none is under way, or sees whether a worker has lived long enough.
  void tick(const config::CheckSettings& settings, SteadyTime now);
  /// After the probe has moved.
  void judge();

  [[nodiscard]] std::string explain() const {
    if (details_.state != RunState::Running) {
      return "its container has not begun to run";
    }
    std::string why = target_.port == 0 ? std::string("it has not run for long enough")
                                        : why_unhealthy(details_, target_.port, probe_.outcome(),
                                                        probe_.status());
    // A killed child leaves the container running: a server whose workers die never answers.
    return details_.oom_killed ? why + "; a program in it used more memory than the limit" : why;
  }

 private:
  CheckTarget target_;
  HttpProbe probe_;
  docker::ContainerDetails details_;
  std::optional<int> restarts_before_;
  std::optional<SteadyTime> running_since_;
  bool healthy_ = false;
};

std::optional<std::string> Watch::look(docker::ContainerDetails details, SteadyTime now) {
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

void Watch::tick(const config::CheckSettings& settings, SteadyTime now) {
  if (healthy_ || !running_since_) {
    return;
  }
  if (target_.port == 0) {
    healthy_ = now - *running_since_ >= settings.worker_uptime;
  } else if (!probe_.busy() && !details_.address.empty()) {
    probe_.start(details_.address, target_.port, now);
  }
}

void Watch::judge() {
  healthy_ = healthy_ || (probe_.outcome() == HttpProbe::Outcome::Answered &&
                          probe_.status() < kFirstServerError);
}

/// One run of the check. Thread: the caller's; nothing in it blocks but one poll.
class Run {
 public:
  Run(docker::Engine& engine, const config::CheckSettings& settings, const LineSink& line)
      : engine_(engine), settings_(settings), line_(line) {}

  Result<void> wait(const std::vector<CheckTarget>& targets, const std::stop_token& stop);

 private:
  static SteadyTime now() { return std::chrono::steady_clock::now(); }

  Result<void> look_at_all();
  void poll_once(SteadyTime until);
  void say_goodbye();
  void say_what_is_missing();
  Error dead(const Watch& watch, const std::string& reason);
  Error too_late();

  [[nodiscard]] bool all_healthy() const { return std::ranges::all_of(watches_, &Watch::healthy); }

  docker::Engine& engine_;
  const config::CheckSettings& settings_;
  const LineSink& line_;
  std::vector<Watch> watches_;
  SteadyTime say_at_;
  std::string said_;
};

Result<void> Run::wait(const std::vector<CheckTarget>& targets, const std::stop_token& stop) {
  for (const CheckTarget& target : targets) {
    watches_.emplace_back(target);
  }
  const auto deadline = now() + settings_.timeout;
  say_at_ = now() + kSayAfter;
  auto pace = std::min(kFirstInterval, settings_.interval);
  for (;;) {
    const auto next = now() + pace;
    pace = std::min(pace + pace / 4, settings_.interval);
    TRY(look_at_all());
    for (Watch& watch : watches_) {
      watch.tick(settings_, now());
    }
    do {
      poll_once(std::min(next, deadline));
    } while (now() < std::min(next, deadline) && !all_healthy());
    if (all_healthy()) {
      say_goodbye();
      return {};
    }
    if (stop.stop_requested()) {
      return Error{ErrorCode::Cancelled, "the check was cancelled", "", ""};
    }
    if (now() >= deadline) {
      return too_late();
    }
    say_what_is_missing();
  }
}

Result<void> Run::look_at_all() {
  for (Watch& watch : watches_) {
    auto details = engine_.inspect_container(watch.target().container);
    if (!details && details.error().code == ErrorCode::NotFound) {
      return dead(watch, "was removed while it was checked");
    }
    if (!details) {
      return details.error().with_context("check " + watch.name());
    }
    if (const auto reason = watch.look(std::move(*details), now())) {
      return dead(watch, *reason);
    }
  }
  return {};
}

/// Waits for the probes once, until then at the longest, and moves those that can go on.
void Run::poll_once(SteadyTime until) {
  std::vector<pollfd> entries;
  std::vector<Watch*> polled;
  for (Watch& watch : watches_) {
    if (watch.probe().busy()) {
      entries.push_back(watch.probe().poll_entry());
      polled.push_back(&watch);
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(until - now());
  ::poll(entries.data(), entries.size(), static_cast<int>(std::max(left.count(), 0L)));
  for (std::size_t i = 0; i < polled.size(); ++i) {
    polled[i]->probe().advance(entries[i].revents, now());
    polled[i]->judge();
  }
}

void Run::say_goodbye() {
  const auto until = now() + kGoodbye;
  const auto busy = [](Watch& watch) { return watch.probe().busy(); };
  while (now() < until && std::ranges::any_of(watches_, busy)) {
    poll_once(until);
  }
}

void Run::say_what_is_missing() {
  if (now() < say_at_) {
    return;
  }
  say_at_ = now() + kSayAfter;
  const auto waiting = std::ranges::find_if(watches_, [](const Watch& w) { return !w.healthy(); });
  const std::string text =
      fmt::format("       Waiting for {}: {}", waiting->name(), waiting->explain());
  if (text != said_) {
    line_(text);
    said_ = text;
  }
}

Error Run::dead(const Watch& watch, const std::string& reason) {
  show_last_lines(engine_, watch.target().container, watch.name(), line_);
  return {ErrorCode::Failed, fmt::format("{} {}", watch.name(), reason), "", ""};
}

Error Run::too_late() {
  // The first one is the Error, so it comes last: what is said of it stands behind its lines too.
  std::string reason;
  for (auto watch = watches_.rbegin(); watch != watches_.rend(); ++watch) {
    if (watch->healthy()) {
      continue;
    }
    if (!reason.empty()) {
      line_(" !     " + reason);
    }
    show_last_lines(engine_, watch->target().container, watch->name(), line_);
    reason = fmt::format("{} is not healthy after {} s: {}", watch->name(),
                         settings_.timeout.count(), watch->explain());
  }
  return {ErrorCode::Timeout, reason, "", ""};
}

}  // namespace

Result<void> Checker::wait_healthy(const std::vector<CheckTarget>& targets, const LineSink& line,
                                   std::stop_token stop) {
  const LineSink quiet = [](std::string_view) { return true; };
  return Run(engine_, settings_, line ? line : quiet).wait(targets, stop);
}

}  // namespace minpaas::hooks
