#include "hooks/supervision/liveness.h"

#include <poll.h>

#include <algorithm>
#include <exception>

#include "core/base/log.h"
#include "hooks/containers/process_set.h"

namespace minpaas::hooks {
namespace {

/// Changes are told; this is for those that are not.
constexpr seconds kRefresh{30};
/// While something is under way that no descriptor tells of: a command, a restart.
constexpr milliseconds kTick{100};

using Clock = std::chrono::steady_clock;

LivenessState state_of(const LivenessRecord& record, const std::string& why) {
  return {record.is_failing() || record.is_in_loop() ? why : "", record.is_in_loop(),
          record.restarts()};
}

}  // namespace

void Liveness::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Liveness::look_again() {
  shared_.update([](Shared& shared) { shared.look_again = true; });
}

std::optional<LivenessState> Liveness::state(const docker::ContainerId& container) const {
  return shared_.with([&](const Shared& shared) {
    const auto found = shared.states.find(container);
    return found == shared.states.end() ? std::nullopt : std::optional(found->second);
  });
}

/// A bug in the treatment of one process must not end the checks of all others.
void Liveness::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      step(stop);
    } catch (const std::exception& bug) {
      log::error("bug in the liveness checks: {}", bug.what());
      watched_.clear();
      refresh_due_ = Clock::now() + kRefresh;
    }
  }
}

void Liveness::step(const std::stop_token& stop) {
  refresh(Clock::now());
  begin_tries(Clock::now());
  // Before the sleep, which may be long when nothing is left to look at.
  show();
  if (is_busy()) {
    poll_tries();
  } else {
    sleep_until(std::min(next_due(), refresh_due_), stop);
  }
  end_tries(Clock::now());
  end_restarts(Clock::now());
}

void Liveness::sleep_until(SteadyTime due, const std::stop_token& stop) {
  shared_.wait_until(
      due, stop, [](const Shared& shared) { return shared.look_again; }, [](const Shared&) {});
}

/// What is looked at already goes on from where it is, unless its checks have changed.
void Liveness::refresh(SteadyTime now) {
  const bool wanted =
      shared_.with([](Shared& shared) { return std::exchange(shared.look_again, false); });
  if (!wanted && now < refresh_due_) {
    return;
  }
  refresh_due_ = now + kRefresh;
  const auto targets = hands_.targets();
  if (!targets) {
    log::warn("liveness: {}", targets.error().for_log());
    return;
  }
  std::map<docker::ContainerId, Watched> next;
  for (const LivenessTarget& target : *targets) {
    const auto known = watched_.find(target.container);
    if (known != watched_.end() && known->second.target.checks == target.checks) {
      next.insert(watched_.extract(known));
      continue;
    }
    Watched fresh{target, LivenessRecord(target.checks, target.patience, now), {}, "", {}};
    for (const HealthCheck& check : target.checks) {
      fresh.looks.push_back(
          {now + check.initial_delay + check.wait.value_or(seconds(0)), nullptr, {}});
    }
    next.emplace(target.container, std::move(fresh));
  }
  // A restart of what is gone is waited for here: it ends soon.
  watched_ = std::move(next);
}

void Liveness::begin_tries(SteadyTime now) {
  for (auto& [container, watched] : watched_) {
    for (std::size_t i = 0; i < watched.looks.size(); ++i) {
      const Look& look = watched.looks[i];
      if (!watched.restart.valid() && !look.probe && now >= look.due) {
        begin_try(watched, i, now);
      }
    }
  }
}

/// A process that does not run is the engine's to start again, and the supervisor's to stop.
void Liveness::begin_try(Watched& watched, std::size_t check, SteadyTime now) {
  Look& look = watched.looks[check];
  const HealthCheck& what = watched.target.checks[check];
  look.due = now + what.wait.value_or(seconds(1));
  auto details = engine_.inspect_container(watched.target.container);
  if (!details || details->state != docker::RunState::Running || details->address.empty()) {
    return;
  }
  if (look.details.started_at && look.details.started_at != details->started_at) {
    watched.record.begun_anew(now);
  }
  look.details = *std::move(details);
  look.probe =
      std::make_unique<CheckProbe>(engine_, watched.target.container, what, watched.target.port);
  look.probe->begin(look.details, now);
}

void Liveness::poll_tries() {
  std::vector<pollfd> entries;
  std::vector<CheckProbe*> polled;
  for (auto& [container, watched] : watched_) {
    for (Look& look : watched.looks) {
      if (look.probe && look.probe->http().busy()) {
        entries.push_back(look.probe->http().poll_entry());
        polled.push_back(look.probe.get());
      }
    }
  }
  ::poll(entries.data(), entries.size(), static_cast<int>(kTick.count()));
  for (std::size_t i = 0; i < polled.size(); ++i) {
    polled[i]->http().advance(entries[i].revents, Clock::now());
    polled[i]->judge();
  }
}

void Liveness::end_tries(SteadyTime now) {
  for (auto& [container, watched] : watched_) {
    for (std::size_t i = 0; i < watched.looks.size(); ++i) {
      if (watched.looks[i].probe && !watched.looks[i].probe->busy()) {
        end_try(watched, i, now);
      }
    }
  }
}

void Liveness::end_try(Watched& watched, std::size_t check, SteadyTime now) {
  Look& look = watched.looks[check];
  const auto probe = std::exchange(look.probe, nullptr);
  if (watched.restart.valid()) {
    return;
  }
  const bool is_refused = probe->http().outcome() == HttpProbe::Outcome::Refused;
  if (probe->settle() || (watched.target.forgives_silence && !is_refused)) {
    return watched.record.passed(check, now);
  }
  watched.why = probe->explain(look.details);
  // Without the reason, in which may stand what a check's program has printed.
  log::debug("{} {} fails its check: {}", watched.target.app.str(),
             process_name(watched.target.process, watched.target.index),
             describe(watched.target.checks[check]));
  if (watched.record.failed(check, now) == LivenessRecord::Verdict::Restart) {
    begin_restart(watched, watched.target.checks[check]);
  }
}

/// All of an app may fail for one reason: those that still answer some requests go on meanwhile.
void Liveness::begin_restart(Watched& watched, const HealthCheck& failed) {
  if (!restarts_one_of(watched.target.app)) {
    watched.restart =
        std::async(std::launch::async, [this, target = watched.target, failed, why = watched.why] {
          return hands_.restart(target, failed, why);
        });
  }
}

void Liveness::end_restarts(SteadyTime now) {
  for (auto& [container, watched] : watched_) {
    if (!watched.restart.valid() ||
        watched.restart.wait_for(seconds(0)) != std::future_status::ready) {
      continue;
    }
    if (watched.restart.get()) {
      watched.record.restarted(now);
    }
    watched.restart = {};
  }
}

bool Liveness::restarts_one_of(const AppName& app) const {
  return std::ranges::any_of(watched_, [&](const auto& entry) {
    return entry.second.target.app == app && entry.second.restart.valid();
  });
}

bool Liveness::is_busy() const {
  return std::ranges::any_of(watched_, [](const auto& entry) {
    return entry.second.restart.valid() ||
           std::ranges::any_of(entry.second.looks,
                               [](const Look& look) { return look.probe != nullptr; });
  });
}

SteadyTime Liveness::next_due() const {
  auto due = SteadyTime::max();
  for (const auto& [container, watched] : watched_) {
    for (const Look& look : watched.looks) {
      due = std::min(due, look.due);
    }
  }
  return due;
}

void Liveness::show() {
  std::map<docker::ContainerId, LivenessState> states;
  for (const auto& [container, watched] : watched_) {
    states.emplace(container, state_of(watched.record, watched.why));
  }
  shared_.with([&](Shared& shared) { shared.states = std::move(states); });
}

}  // namespace minpaas::hooks
