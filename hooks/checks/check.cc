#include "hooks/checks/check.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "hooks/checks/check_report.h"
#include "hooks/checks/check_watch.h"

namespace minpaas::hooks {
namespace {

/// How long answers that have passed are still read, so that no connection is reset.
constexpr milliseconds kGoodbye{200};
/// Most apps listen within a tenth of a second: looks are dense at first, then one an interval.
constexpr milliseconds kFirstInterval{10};
/// Connections that are tried in an interval while nobody listens: who does is found sooner.
constexpr int kKnocks = 8;
/// Silence after which the pusher is told what the check is waiting for.
constexpr seconds kSayAfter{5};

/// One run of the check. Thread: the caller's; nothing in it blocks but one poll.
class Run {
 public:
  Run(docker::Engine& engine, const config::CheckSettings& settings, const LineSink& line)
      : engine_(engine), settings_(settings), line_(line) {}

  Result<void> wait(const std::vector<CheckTarget>& targets, const std::stop_token& stop);

  /// Those that have failed for good by now.
  [[nodiscard]] const std::vector<FailedCheck>& failed() const { return failed_; }

 private:
  static SteadyTime now() { return std::chrono::steady_clock::now(); }

  Result<void> look_at_all();
  void probe(SteadyTime until, milliseconds pause);
  void poll_once(SteadyTime until);
  void say_goodbye();
  void warn();
  void say_what_is_missing();
  void note_failed(const CheckWatch& watch, const CheckRule& rule, const std::string& why);
  Error dead(const CheckWatch& watch, const std::string& reason);
  Error too_late();

  [[nodiscard]] bool all_healthy() const {
    return std::ranges::all_of(watches_, &CheckWatch::healthy);
  }

  docker::Engine& engine_;
  const config::CheckSettings& settings_;
  const LineSink& line_;
  std::vector<CheckWatch> watches_;
  std::vector<FailedCheck> failed_;
  SteadyTime say_at_;
  std::string said_;
};

Result<void> Run::wait(const std::vector<CheckTarget>& targets, const std::stop_token& stop) {
  const auto began = now();
  for (const CheckTarget& target : targets) {
    watches_.emplace_back(engine_, target, began);
  }
  say_at_ = now() + kSayAfter;
  auto pace = std::min(kFirstInterval, settings_.interval);
  for (;;) {
    const auto next = now() + pace;
    pace = std::min(pace + pace / 4, settings_.interval);
    TRY(look_at_all());
    for (CheckWatch& watch : watches_) {
      watch.tick(now());
    }
    probe(next, pace / kKnocks);
    warn();
    if (all_healthy()) {
      // One that has ended meanwhile may have left its address to whoever answered.
      TRY(look_at_all());
      say_goodbye();
      return {};
    }
    if (stop.stop_requested()) {
      return Error{ErrorCode::Cancelled, "the check was cancelled", "", ""};
    }
    if (std::ranges::any_of(watches_, [](const CheckWatch& w) { return !w.late(now()).empty(); })) {
      return too_late();
    }
    say_what_is_missing();
  }
}

Result<void> Run::look_at_all() {
  for (CheckWatch& watch : watches_) {
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

/// Drives the probes until all have passed, until then at the longest.
void Run::probe(SteadyTime until, milliseconds pause) {
  for (;;) {
    poll_once(std::min(until, now() + pause));
    if (now() >= until || all_healthy()) {
      return;
    }
    for (CheckWatch& watch : watches_) {
      watch.knock(now());
    }
  }
}

/// Waits for the probes once, until then at the longest, and moves those that can go on.
void Run::poll_once(SteadyTime until) {
  std::vector<pollfd> entries;
  std::vector<CheckProbe*> polled;
  for (CheckWatch& watch : watches_) {
    for (CheckRule& rule : watch.rules()) {
      if (rule.probe.http().busy()) {
        entries.push_back(rule.probe.http().poll_entry());
        polled.push_back(&rule.probe);
      }
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(until - now());
  ::poll(entries.data(), entries.size(), static_cast<int>(std::max(left.count(), 0L)));
  for (std::size_t i = 0; i < polled.size(); ++i) {
    polled[i]->http().advance(entries[i].revents, now());
    polled[i]->judge();
  }
}

void Run::say_goodbye() {
  const auto until = now() + kGoodbye;
  const auto busy = [](CheckWatch& watch) {
    return std::ranges::any_of(watch.rules(),
                               [](CheckRule& rule) { return rule.probe.http().busy(); });
  };
  while (now() < until && std::ranges::any_of(watches_, busy)) {
    poll_once(until);
  }
}

void Run::warn() {
  for (CheckWatch& watch : watches_) {
    for (const CheckRule* rule : watch.give_up(now())) {
      const std::string why = watch.explain(*rule);
      line_(fmt::format(" !     {}: {}; for this check that is only a warning", watch.name(), why));
      note_failed(watch, *rule, why);
    }
  }
}

void Run::say_what_is_missing() {
  if (now() < say_at_) {
    return;
  }
  say_at_ = now() + kSayAfter;
  const auto waiting =
      std::ranges::find_if(watches_, [](const CheckWatch& w) { return !w.healthy(); });
  const std::string text =
      fmt::format("       Waiting for {}: {}", waiting->name(), waiting->explain());
  if (text != said_) {
    line_(text);
    said_ = text;
  }
}

void Run::note_failed(const CheckWatch& watch, const CheckRule& rule, const std::string& why) {
  const CheckTarget& target = watch.target();
  if (target.app) {
    failed_.push_back(
        {*target.app, target.process, target.index, target.container, rule.probe.check(), why});
  }
}

Error Run::dead(const CheckWatch& watch, const std::string& reason) {
  for (const CheckRule* rule : watch.open()) {
    note_failed(watch, *rule, reason);
  }
  show_last_lines(engine_, watch.target().container, watch.name(), line_);
  return {ErrorCode::Failed, fmt::format("{} {}", watch.name(), reason), "", ""};
}

Error Run::too_late() {
  // The first one is the Error, so it comes last: what is said of it stands behind its lines too.
  std::string reason;
  for (auto watch = watches_.rbegin(); watch != watches_.rend(); ++watch) {
    const auto late = watch->late(now());
    if (late.empty()) {
      continue;
    }
    for (const CheckRule* rule : late) {
      note_failed(*watch, *rule, watch->explain(*rule));
    }
    if (!reason.empty()) {
      line_(" !     " + reason);
    }
    show_last_lines(engine_, watch->target().container, watch->name(), line_);
    reason = fmt::format("{} is not healthy after {} s: {}", watch->name(),
                         late.front()->patience.count(), watch->explain());
  }
  return {ErrorCode::Timeout, reason, "", ""};
}

}  // namespace

Result<void> Checker::wait_healthy(const std::vector<CheckTarget>& targets, const LineSink& line,
                                   std::stop_token stop) {
  const LineSink quiet = [](std::string_view) { return true; };
  const LineSink& sink = line ? line : quiet;
  Run run(engine_, settings_, sink);
  const auto done = run.wait(targets, stop);
  if (on_failure_ && !run.failed().empty()) {
    on_failure_(
        run.failed(), [&](std::string_view text) { return sink(fmt::format("       {}", text)); },
        stop);
  }
  return done;
}

}  // namespace minpaas::hooks
