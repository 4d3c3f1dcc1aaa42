#include "hooks/supervision/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

using docker::EngineEvent;

/// A deploy stops and removes containers one after the other, and puts others in their place first.
constexpr milliseconds kAfterEnd{2000};

std::string label_of(const EngineEvent& event, std::string_view name) {
  const auto found = event.labels.find(std::string(name));
  return found == event.labels.end() ? std::string("?") : found->second;
}

std::string process_of(const EngineEvent& event) {
  return label_of(event, docker::kLabelApp) + " " + label_of(event, docker::kLabelProcess);
}

bool is_one_off(const EngineEvent& event) {
  const auto found = event.labels.find(std::string(docker::kLabelOneOff));
  return found != event.labels.end() && !found->second.empty();
}

int restarts_of(const HealthBook& book, const docker::ContainerId& container) {
  const auto health = book.find(container);
  return health ? health->restarts : 0;
}

/// For people who read the app's log; empty: nothing to be told.
std::string words_of(const EngineEvent& event, HealthBook::Verdict verdict, seconds rest) {
  const std::string process = fmt::format("{} of {}", label_of(event, docker::kLabelProcess),
                                          label_of(event, docker::kLabelRelease));
  if (event.action == "start") {
    return process + " has started";
  }
  if (event.action == "oom") {
    return process + " has used more memory than its limit";
  }
  if (event.action != "die") {
    return "";
  }
  switch (verdict) {
    case HealthBook::Verdict::Ended:
      return fmt::format("{} has ended by itself with status {}", process, event.exit_code);
    case HealthBook::Verdict::CrashLoop:
      return fmt::format("{} ends again and again, now with status {}; it is started in {} s",
                         process, event.exit_code, rest.count());
    default:
      return fmt::format("{} has stopped with status {}", process, event.exit_code);
  }
}

}  // namespace

Supervisor::Supervisor(docker::Engine& engine, const Clock& clock, SupervisorSettings settings,
                       Reconcile reconcile, Moved moved, Told told, Record record)
    : engine_(engine),
      clock_(clock),
      settings_(std::move(settings)),
      reconcile_(std::move(reconcile)),
      moved_(std::move(moved)),
      told_(std::move(told)),
      record_(std::move(record)),
      restarts_(clock) {}

void Supervisor::start() {
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  reconciler_ = std::jthread([this](const std::stop_token& stop) { reconcile_when_wanted(stop); });
}

void Supervisor::watch(const std::stop_token& stop) {
  const SystemTime begin = clock_.now();
  const docker::Labels ours{{std::string(docker::kLabelInstance), settings_.instance}};
  auto retry = settings_.first_retry;
  bool told = false;
  while (!stop.stop_requested()) {
    const auto version = engine_.version();
    if (version) {
      if (told) {
        log::info("the Docker Engine answers again");
      }
      told = false;
      retry = settings_.first_retry;
      const auto since = state_.with([](State& state) {
        state.connected = true;
        return state.book.last();
      });
      // What happened while nobody looked is found by reconciling, not by events.
      want_reconcile(milliseconds(0));
      const auto ended = engine_.events(
          ours, since.value_or(begin),
          [this](const EngineEvent& event) {
            take_safely(event);
            return true;
          },
          stop);
      state_.with([](State& state) { state.connected = false; });
      log::debug("the event stream has ended: {}", ended ? "" : ended.error().for_log());
    } else if (!told) {
      log::error("the Docker Engine does not answer: {}", version.error().for_log());
      told = true;
    }
    pause(retry, stop);
    retry = std::min(2 * retry, settings_.last_retry);
  }
}

/// A bug in the treatment of one event must not end the supervision of all.
void Supervisor::take_safely(const EngineEvent& event) {
  try {
    take(event);
  } catch (const std::exception& bug) {
    log::error("bug at the event {} of {}: {}", event.action, process_of(event), bug.what());
  }
}

void Supervisor::take(const EngineEvent& event) {
  tell_moved(event);
  bool runs_again = false;
  const auto verdict = state_.with([&](State& state) {
    const int before = restarts_of(state.book, event.container);
    const auto taken = state.book.take(event);
    runs_again = restarts_of(state.book, event.container) > before;
    return taken;
  });
  tell_app(event, verdict);
  if (runs_again) {
    put_restart_on_record(event);
  }
  switch (verdict) {
    case HealthBook::Verdict::Repeated:
      return;
    case HealthBook::Verdict::Noted:
      if (event.action == "oom") {
        log::warn("{} has used more memory than its limit", process_of(event));
      } else if (event.action == "die") {
        // The engine starts again what crashed, but not what was asked to stop: by a switch that
        // a crash of this server cut off, or by a person.
        want_reconcile(kAfterEnd);
      }
      return;
    case HealthBook::Verdict::Ended:
      if (!is_one_off(event)) {
        log::warn("{} has ended by itself with status {}", process_of(event), event.exit_code);
      }
      return want_reconcile(kAfterEnd);
    case HealthBook::Verdict::CrashLoop:
      return stop_crashing(event);
    case HealthBook::Verdict::Gone:
      return want_reconcile(kAfterEnd);
  }
}

/// Before anything else: the address of what has ended can become another app's.
void Supervisor::tell_moved(const EngineEvent& event) {
  if (event.action != "start" && event.action != "die") {
    return;
  }
  const std::string process = label_of(event, docker::kLabelProcess);
  if (process.starts_with(ProcessType::web().str() + ".")) {
    moved_(event.container);
  }
}

/// Of a process that goes on until it is stopped, not of one that somebody sits in front of.
void Supervisor::tell_app(const EngineEvent& event, HealthBook::Verdict verdict) {
  const seconds rest =
      state_.with([&](const State& state) { return state.book.rest_of(event.container); });
  if (verdict == HealthBook::Verdict::Noted && rest > seconds(0) && event.action != "oom") {
    // The engine was quicker with another start than this server with the stop.
    return;
  }
  const std::string text = words_of(event, verdict, rest);
  if (!is_one_off(event) && !text.empty() && verdict != HealthBook::Verdict::Repeated) {
    told_(label_of(event, docker::kLabelApp), text);
  }
}

void Supervisor::stop_crashing(const EngineEvent& event) {
  log::error("{} ends again and again, the last time with status {}; it is stopped for a while",
             process_of(event), event.exit_code);
  const auto stopped = engine_.stop_container(event.container, settings_.stop_grace);
  if (!stopped) {
    log::warn("{} is not stopped: {}", process_of(event), stopped.error().for_log());
  }
  put_on_record(event, {.app = "",
                        .action = "ps:stop",
                        .detail = label_of(event, docker::kLabelProcess) + " ends again and again",
                        .result = stopped ? "ok" : "failed"});
  want_retries();
}

/// One of a process within a minute: an app that ends all the time would fill the disk.
void Supervisor::put_restart_on_record(const EngineEvent& event) {
  if (restarts_.note(event.container.value) == FailedTries::Tries::First) {
    put_on_record(event, {.app = "",
                          .action = "ps:restart",
                          .detail = label_of(event, docker::kLabelProcess) + " had ended by itself",
                          .result = "ok"});
  }
}

void Supervisor::put_on_record(const EngineEvent& event, Deed deed) {
  if (record_ && !is_one_off(event)) {
    record_(label_of(event, docker::kLabelApp), std::move(deed));
  }
}

void Supervisor::reconcile_when_wanted(const std::stop_token& stop) {
  auto retry = settings_.first_retry;
  while (!stop.stop_requested()) {
    const auto due = state_.with([](const State& state) { return state.reconcile_at; });
    const bool now = state_.wait_until(
        due.value_or(SteadyTime::max()), stop,
        [&](const State& state) { return state.reconcile_at != due; },
        [&](State& state) {
          const bool wanted = state.reconcile_at && state.reconcile_at == due;
          if (wanted) {
            state.reconcile_at.reset();
          }
          return wanted;
        });
    if (!now || stop.stop_requested()) {
      continue;
    }
    const bool is_settled = reconcile_now(stop);
    want_retries();
    if (is_settled) {
      retry = settings_.first_retry;
    } else {
      want_reconcile(retry);
      retry = std::min(2 * retry, settings_.last_retry);
    }
  }
}

/// A bug in the repair of one app must not end the supervision of all.
bool Supervisor::reconcile_now(const std::stop_token& stop) {
  try {
    return reconcile_(stop);
  } catch (const std::exception& bug) {
    log::error("bug in the reconciliation: {}", bug.what());
    return false;
  }
}

void Supervisor::look_again() {
  want_reconcile(settings_.first_retry);
}

void Supervisor::want_reconcile(milliseconds from_now) {
  const auto at = std::chrono::steady_clock::now() + from_now;
  state_.update([&](State& state) {
    state.reconcile_at = state.reconcile_at ? std::min(*state.reconcile_at, at) : at;
  });
}

void Supervisor::want_retries() {
  const SystemTime now = clock_.now();
  const auto next = state_.with([&](const State& state) { return state.book.next_retry(now); });
  if (next) {
    want_reconcile(std::chrono::ceil<milliseconds>(*next - now));
  }
}

void Supervisor::pause(milliseconds duration, const std::stop_token& stop) {
  state_.wait_until(
      std::chrono::steady_clock::now() + duration, stop, [](const State&) { return false; },
      [](const State&) {});
}

std::optional<ProcessHealth> Supervisor::health(const docker::ContainerId& container) const {
  return state_.with([&](const State& state) { return state.book.find(container); });
}

std::set<docker::ContainerId> Supervisor::crashed() const {
  return state_.with([](const State& state) { return state.book.crashed(); });
}

std::set<docker::ContainerId> Supervisor::resting() const {
  const SystemTime now = clock_.now();
  return state_.with([&](const State& state) { return state.book.resting(now); });
}

bool Supervisor::engine_answers() const {
  return state_.with([](const State& state) { return state.connected; });
}

}  // namespace minpaas::hooks
