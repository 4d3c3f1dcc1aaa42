#include "hooks/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "hooks/check_probe.h"
#include "hooks/check_report.h"
#include "hooks/process_set.h"

namespace minpaas::hooks {
namespace {

using docker::RunState;

/// How long answers that have passed are still read, so that no connection is reset.
constexpr milliseconds kGoodbye{200};
/// Most apps listen within a tenth of a second: looks are dense at first, then one an interval.
constexpr milliseconds kFirstInterval{10};
/// Connections that are tried in an interval while nobody listens: who does is found sooner.
constexpr int kKnocks = 8;
/// Silence after which the pusher is told what the check is waiting for.
constexpr seconds kSayAfter{5};

/// One check on its way to pass, until when it may fail.
struct Rule {
  CheckProbe probe;
  seconds patience;
  bool given_up = false;

  [[nodiscard]] bool settled() const { return probe.passed() || given_up; }
};

/// One container on its way to healthy.
class Watch {
 public:
  Watch(docker::Engine& engine, const CheckTarget& target, SteadyTime began)
      : target_(target), began_(began) {
    for (const StartupCheck& startup : target.checks) {
      rules_.push_back(
          {CheckProbe(engine, target.container, startup.check, target.port), startup.patience});
    }
  }

  [[nodiscard]] const CheckTarget& target() const { return target_; }

  [[nodiscard]] std::string name() const { return process_name(target_.process, target_.index); }

  [[nodiscard]] bool healthy() const { return std::ranges::all_of(rules_, &Rule::settled); }

  std::vector<Rule>& rules() { return rules_; }

  /// Takes in the container's state; the reason when it is dead.
  std::optional<std::string> look(docker::ContainerDetails details, SteadyTime now);
  void tick(SteadyTime now);
  void knock(SteadyTime now);
  /// The rules whose time is over, and that are no mere warnings.
  [[nodiscard]] std::vector<const Rule*> late(SteadyTime now) const;
  /// Those that only warn, of which this is the end.
  std::vector<const Rule*> give_up(SteadyTime now);
  /// Those that have not passed yet.
  [[nodiscard]] std::vector<const Rule*> open() const;

  [[nodiscard]] std::string explain() const;
  [[nodiscard]] std::string explain(const Rule& rule) const;

 private:
  CheckTarget target_;
  SteadyTime began_;
  std::vector<Rule> rules_;
  docker::ContainerDetails details_;
  std::optional<int> restarts_before_;
  std::optional<SteadyTime> running_since_;
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

void Watch::tick(SteadyTime now) {
  if (!running_since_) {
    return;
  }
  for (Rule& rule : rules_) {
    if (!rule.given_up) {
      rule.probe.tick(details_, *running_since_, now);
    }
  }
}

void Watch::knock(SteadyTime now) {
  for (Rule& rule : rules_) {
    if (!rule.given_up) {
      rule.probe.knock(details_, now);
    }
  }
}

std::vector<const Rule*> Watch::open() const {
  std::vector<const Rule*> open;
  for (const Rule& rule : rules_) {
    if (!rule.settled()) {
      open.push_back(&rule);
    }
  }
  return open;
}

std::vector<const Rule*> Watch::late(SteadyTime now) const {
  auto late = open();
  std::erase_if(late, [&](const Rule* rule) {
    return rule->probe.check().warn || now < began_ + rule->patience;
  });
  return late;
}

std::vector<const Rule*> Watch::give_up(SteadyTime now) {
  std::vector<const Rule*> given_up;
  for (Rule& rule : rules_) {
    if (!rule.settled() && rule.probe.check().warn && now >= began_ + rule.patience) {
      rule.given_up = true;
      given_up.push_back(&rule);
    }
  }
  return given_up;
}

std::string Watch::explain(const Rule& rule) const {
  std::string why = rule.probe.explain(details_);
  // A killed child leaves the container running: a server whose workers die never answers.
  return details_.oom_killed ? why + "; a program in it used more memory than the limit" : why;
}

std::string Watch::explain() const {
  if (details_.state != RunState::Running) {
    return "its container has not begun to run";
  }
  const auto rules = open();
  return rules.empty() ? "" : explain(*rules.front());
}

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
  void note_failed(const Watch& watch, const Rule& rule, const std::string& why);
  Error dead(const Watch& watch, const std::string& reason);
  Error too_late();

  [[nodiscard]] bool all_healthy() const { return std::ranges::all_of(watches_, &Watch::healthy); }

  docker::Engine& engine_;
  const config::CheckSettings& settings_;
  const LineSink& line_;
  std::vector<Watch> watches_;
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
    for (Watch& watch : watches_) {
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
    if (std::ranges::any_of(watches_, [](const Watch& w) { return !w.late(now()).empty(); })) {
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

/// Drives the probes until all have passed, until then at the longest.
void Run::probe(SteadyTime until, milliseconds pause) {
  for (;;) {
    poll_once(std::min(until, now() + pause));
    if (now() >= until || all_healthy()) {
      return;
    }
    for (Watch& watch : watches_) {
      watch.knock(now());
    }
  }
}

/// Waits for the probes once, until then at the longest, and moves those that can go on.
void Run::poll_once(SteadyTime until) {
  std::vector<pollfd> entries;
  std::vector<CheckProbe*> polled;
  for (Watch& watch : watches_) {
    for (Rule& rule : watch.rules()) {
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
  const auto busy = [](Watch& watch) {
    return std::ranges::any_of(watch.rules(), [](Rule& rule) { return rule.probe.http().busy(); });
  };
  while (now() < until && std::ranges::any_of(watches_, busy)) {
    poll_once(until);
  }
}

void Run::warn() {
  for (Watch& watch : watches_) {
    for (const Rule* rule : watch.give_up(now())) {
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
  const auto waiting = std::ranges::find_if(watches_, [](const Watch& w) { return !w.healthy(); });
  const std::string text =
      fmt::format("       Waiting for {}: {}", waiting->name(), waiting->explain());
  if (text != said_) {
    line_(text);
    said_ = text;
  }
}

void Run::note_failed(const Watch& watch, const Rule& rule, const std::string& why) {
  const CheckTarget& target = watch.target();
  if (target.app) {
    failed_.push_back(
        {*target.app, target.process, target.index, target.container, rule.probe.check(), why});
  }
}

Error Run::dead(const Watch& watch, const std::string& reason) {
  for (const Rule* rule : watch.open()) {
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
    for (const Rule* rule : late) {
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
