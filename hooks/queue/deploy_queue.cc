#include "hooks/queue/deploy_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

/// Every wait has a deadline; a worker with nothing to do just waits again.
constexpr std::chrono::minutes kIdleWait{10};
/// After the grace a deploy is cancelled; its clean-up talks to the engine, whose calls end.
constexpr std::chrono::minutes kCancelWait{3};

std::string what_it_is(const DeployJob& job) {
  const state::DeployRow& row = job.row;
  return row.commit ? fmt::format("{}, by {}", row.commit->short_hex(), row.actor)
                    : fmt::format("{}, by {}", to_string(row.kind), row.actor);
}

DeployOutcome outcome_of(const Deploy& deploy, state::DeployStage stage,
                         const std::string& reason) {
  DeployOutcome outcome;
  outcome.deploy = deploy.id();
  outcome.stage = stage;
  outcome.reason = reason;
  return outcome;
}

/// The end of the line for exceptions: they are bugs. The next start settles what is half done.
void log_bugs(const Deploy& deploy, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& bug) {
    log::error("deploy {}: {}", deploy.id(), bug.what());
  }
}

}  // namespace

DeployQueue::DeployQueue(state::DeployStore& deploys, const Clock& clock, QueueSettings settings,
                         DeployRunner& runner)
    : deploys_(deploys), clock_(clock), settings_(std::move(settings)), runner_(runner) {
  // Else builds would wait with all of their slots free.
  settings_.started_slots = std::max(settings_.started_slots, settings_.build_slots);
}

DeployQueue::~DeployQueue() {
  stop(milliseconds(0));
}

void DeployQueue::start() {
  const int count = settings_.build_slots + settings_.other_slots + settings_.started_slots;
  for (int i = 0; i < count; ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

std::filesystem::path DeployQueue::log_file(const AppName& app, std::int64_t id) const {
  return settings_.log_folder / app.str() / fmt::format("{}.log", id);
}

Result<DeployQueue::Shared> DeployQueue::submit(DeployJob job) {
  const std::scoped_lock ordered(submitting_);
  const auto refusal = state_.with([&](const State& state) -> Result<void> {
    if (state.stopping) {
      return Error{ErrorCode::Unavailable, "the server is stopping", "try again in a moment", ""};
    }
    if (state.closed.contains(job.row.app)) {
      return Error{ErrorCode::Conflict,
                   fmt::format("{} is being destroyed or renamed", job.row.app.str()), "", ""};
    }
    return {};
  });
  TRY(refusal);
  if (Shared joined = joinable(job)) {
    supersede_older(joined->job, joined.get());
    return joined;
  }
  Shared deploy = TRY(store(std::move(job)));
  supersede_older(deploy->job, nullptr);
  tell_wait(*deploy);
  state_.update([&](State& state) { state.waiting.push_back(deploy); });
  return deploy;
}

Result<DeployQueue::Shared> DeployQueue::store(DeployJob job) {
  job.row.created_at = clock_.now();
  job.row.id = TRY(deploys_.add(job.row));
  auto feed = DeployFeed::create(log_file(job.row.app, job.row.id), settings_.feed);
  if (!feed) {
    TRY(deploys_.finish(job.row.id, state::DeployStage::Failed, feed.error().message,
                        clock_.now()));
    return feed.error().with_context("cannot store the output of the deploy");
  }
  return std::make_shared<Deploy>(std::move(job), std::move(*feed));
}

DeployQueue::Shared DeployQueue::joinable(const DeployJob& job) const {
  if (job.row.kind != state::DeployKind::Push || !job.changes_only_code()) {
    return nullptr;
  }
  const auto same = [&job](const Shared& other) {
    const state::DeployRow& row = other->job.row;
    return row.kind == job.row.kind && row.app == job.row.app && row.ref == job.row.ref &&
           row.commit == job.row.commit && other->job.changes_only_code() && !other->is_settled() &&
           !other->stop().stop_requested();
  };
  return state_.with([&](const State& state) -> Shared {
    const auto running = state.running.find(job.row.app);
    if (running != state.running.end() && same(running->second)) {
      return running->second;
    }
    const auto waiting = std::ranges::find_if(state.waiting, same);
    return waiting == state.waiting.end() ? nullptr : *waiting;
  });
}

void DeployQueue::supersede_older(const DeployJob& job, const Deploy* keep) {
  if (job.row.kind != state::DeployKind::Push) {
    return;
  }
  const auto older = take_waiting([&](const Deploy& other) {
    return &other != keep && other.job.row.kind == job.row.kind &&
           other.job.row.app == job.row.app && other.job.row.ref == job.row.ref;
  });
  drop(older, state::DeployStage::Superseded,
       fmt::format("superseded by deploy {} ({})", job.row.id, what_it_is(job)));
}

std::vector<DeployQueue::Shared> DeployQueue::take_waiting(
    const std::function<bool(const Deploy&)>& which) {
  return state_.with([&](State& state) {
    std::vector<Shared> taken;
    std::erase_if(state.waiting, [&](const Shared& deploy) {
      const bool take = which(*deploy);
      if (take) {
        taken.push_back(deploy);
      }
      return take;
    });
    return taken;
  });
}

void DeployQueue::drop(const std::vector<Shared>& deploys, state::DeployStage stage,
                       const std::string& reason) {
  for (const Shared& deploy : deploys) {
    const auto finished = deploys_.finish(deploy->id(), stage, reason, clock_.now());
    if (!finished) {
      log::error("deploy {}: {}", deploy->id(), finished.error().for_log());
    }
    deploy->feed->line(fmt::format(" !     this deploy did not run: {}", reason));
    deploy->settle(outcome_of(*deploy, stage, reason));
  }
}

void DeployQueue::tell_wait(const Deploy& deploy) const {
  const auto why = state_.with([&](const State& state) -> std::string {
    const auto running = state.running.find(deploy.job.row.app);
    if (running != state.running.end()) {
      return running->second->is_settled()
                 ? fmt::format("the old containers of deploy {} to end their requests",
                               running->second->id())
                 : fmt::format("deploy {} of this app ({})", running->second->id(),
                               what_it_is(running->second->job));
    }
    if (state.held.contains(deploy.job.row.app)) {
      return "a look at this app's processes";
    }
    const Slots taken = taken_slots(state);
    if (has_slot(deploy, taken)) {
      return "";
    }
    return taken.building >= settings_.build_slots && deploy.job.builds() ? "a build of another app"
                                                                          : "deploys of other apps";
  });
  if (!why.empty()) {
    deploy.feed->line(fmt::format("-----> Waiting for {}", why));
  }
}

std::shared_ptr<Deploy> DeployQueue::find(std::int64_t id) const {
  const auto is_it = [id](const Shared& deploy) { return deploy->id() == id; };
  return state_.with([&](const State& state) -> Shared {
    for (const auto& [app, deploy] : state.running) {
      if (is_it(deploy)) {
        return deploy;
      }
    }
    const auto waiting = std::ranges::find_if(state.waiting, is_it);
    return waiting == state.waiting.end() ? nullptr : *waiting;
  });
}

bool DeployQueue::knows(std::int64_t id) const {
  const std::scoped_lock ordered(submitting_);
  return find(id) != nullptr;
}

std::shared_ptr<Deploy> DeployQueue::current(const AppName& app) const {
  return state_.with([&](const State& state) -> Shared {
    const auto running = state.running.find(app);
    if (running != state.running.end() && !running->second->is_settled()) {
      return running->second;
    }
    const auto waiting = std::ranges::find_if(
        state.waiting, [&app](const Shared& deploy) { return deploy->job.row.app == app; });
    return waiting == state.waiting.end() ? nullptr : *waiting;
  });
}

int DeployQueue::cancel(const AppName& app, const std::string& why) {
  const std::size_t waiting =
      drop_waiting([&](const Deploy& deploy) { return deploy.job.row.app == app; }, why);
  const auto running = current(app);
  if (running) {
    running->cancel(why);
  }
  return static_cast<int>(waiting) + (running ? 1 : 0);
}

/// Nobody sees them neither wait nor ended.
std::size_t DeployQueue::drop_waiting(const std::function<bool(const Deploy&)>& which,
                                      const std::string& why) {
  const std::scoped_lock ordered(submitting_);
  const auto waiting = take_waiting(which);
  drop(waiting, state::DeployStage::Cancelled, why);
  return waiting.size();
}

Result<void> DeployQueue::close(const AppName& app, const std::string& why, SteadyTime deadline) {
  {
    // A submission that has passed the check is queued when this lock is free, and cancelled below.
    const std::scoped_lock ordered(submitting_);
    if (!state_.with([&](State& state) { return state.closed.insert(app).second; })) {
      return Error{ErrorCode::Conflict,
                   fmt::format("{} is being destroyed or renamed already", app.str()), "", ""};
    }
  }
  cancel(app, why);
  // One that has its result may still wait for the requests of old containers.
  state_.with([&](const State& state) {
    const auto running = state.running.find(app);
    if (running != state.running.end()) {
      running->second->cancel(why);
    }
  });
  const auto idle = [&](const State& state) {
    return !state.running.contains(app) && !state.held.contains(app);
  };
  if (!state_.wait_until(deadline, std::stop_token(), idle, idle)) {
    reopen(app);
    return Error{ErrorCode::Busy, fmt::format("a deploy of {} does not end", app.str()),
                 "try again in a moment", ""};
  }
  return {};
}

void DeployQueue::reopen(const AppName& app) {
  state_.with([&](State& state) { state.closed.erase(app); });
}

bool DeployQueue::hold(const AppName& app, Beside beside) {
  return state_.with([&](State& state) {
    const auto running = state.running.find(app);
    const bool is_free = running == state.running.end() ||
                         (beside == Beside::OldContainers && running->second->is_settled());
    return is_free && !state.closed.contains(app) && state.held.insert(app).second;
  });
}

void DeployQueue::release(const AppName& app) {
  state_.update([&](State& state) { state.held.erase(app); });
}

void DeployQueue::stop(milliseconds grace) {
  {
    const std::scoped_lock ordered(submitting_);
    state_.update([](State& state) { state.stopping = true; });
  }
  const std::string why = "the server was stopped";
  drop_waiting([](const Deploy&) { return true; }, why);
  const auto idle = [](const State& state) { return state.running.empty(); };
  const auto now = std::chrono::steady_clock::now();
  if (!state_.wait_until(now + grace, std::stop_token(), idle, idle)) {
    const auto running = state_.with([](const State& state) { return state.running; });
    for (const auto& [app, deploy] : running) {
      deploy->cancel(why);
    }
    if (!state_.wait_until(now + grace + kCancelWait, std::stop_token(), idle, idle)) {
      log::warn("a deploy does not end; the next start settles it");
    }
  }
  workers_.clear();
  rests_.with([](std::vector<RestThread>& rests) { rests.clear(); });
}

void DeployQueue::work(const std::stop_token& stop) {
  while (const Shared deploy = take(stop)) {
    run(deploy);
  }
}

DeployQueue::Shared DeployQueue::take(const std::stop_token& stop) {
  const auto next = [this](State& state) {
    const Slots slots = taken_slots(state);
    return std::ranges::find_if(state.waiting, [&](const Shared& deploy) {
      const AppName& app = deploy->job.row.app;
      return has_slot(*deploy, slots) && !state.running.contains(app) && !state.held.contains(app);
    });
  };
  Shared taken;
  bool leave = false;
  while (!taken && !leave) {
    state_.wait_until(
        std::chrono::steady_clock::now() + kIdleWait, stop,
        [&](State& state) { return state.stopping || next(state) != state.waiting.end(); },
        [&](State& state) {
          const auto found = next(state);
          leave = state.stopping || stop.stop_requested();
          if (!leave && found != state.waiting.end()) {
            taken = *found;
            // Others wait for its slot.
            taken->when_built([this] { state_.update([](State&) {}); });
            state.running.emplace(taken->job.row.app, taken);
            state.waiting.erase(found);
          }
        });
  }
  return taken;
}

/// One whose result stands has left its worker.
DeployQueue::Slots DeployQueue::taken_slots(const State& state) {
  Slots slots;
  for (const auto& [app, deploy] : state.running) {
    if (deploy->takes_build_slot()) {
      ++slots.building;
    } else if (!deploy->is_settled()) {
      ++(deploy->job.builds() ? slots.started : slots.others);
    }
  }
  return slots;
}

bool DeployQueue::has_slot(const Deploy& deploy, const Slots& taken) const {
  return deploy.job.builds()
             ? taken.building < settings_.build_slots && taken.started < settings_.started_slots
             : taken.others < settings_.other_slots;
}

void DeployQueue::run(const Shared& deploy) {
  DeployRunner::Rest rest;
  log_bugs(*deploy, [&] { rest = runner_.run(*deploy); });
  if (!deploy->is_settled()) {
    deploy->settle(outcome_of(*deploy, state::DeployStage::Failed, "internal error"));
  }
  if (rest) {
    // Others wait for its slot.
    state_.update([](State&) {});
    run_rest(deploy, rest);
  } else {
    leave(deploy);
  }
}

/// On a thread of its own: it may take as long as visitors stay, and holds up no other app.
void DeployQueue::run_rest(const Shared& deploy, const DeployRunner::Rest& rest) {
  auto has_ended = std::make_shared<std::atomic<bool>>(false);
  const auto work = [this, deploy, rest, has_ended] {
    log_bugs(*deploy, rest);
    leave(deploy);
    *has_ended = true;
  };
  try {
    std::jthread thread(work);
    rests_.with([&](std::vector<RestThread>& rests) {
      std::erase_if(rests, [](const RestThread& one) { return one.has_ended->load(); });
      rests.push_back({std::move(has_ended), std::move(thread)});
    });
  } catch (const std::system_error& no_thread) {
    log::warn("deploy {}: no thread for its old containers: {}", deploy->id(), no_thread.what());
    work();
  }
}

void DeployQueue::leave(const Shared& deploy) {
  state_.update([&](State& state) { state.running.erase(deploy->job.row.app); });
  log_bugs(*deploy, [&] { runner_.after(*deploy); });
}

}  // namespace minpaas::hooks
