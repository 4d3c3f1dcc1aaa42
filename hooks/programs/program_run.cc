#include "hooks/programs/program_run.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/containers/timed_stop.h"
#include "hooks/programs/attend.h"
#include "hooks/programs/first_words.h"

namespace minpaas::hooks {
namespace {

using docker::ContainerId;
using docker::Engine;

/// For a program whose peer is gone: to end by itself before it is killed.
constexpr seconds kEndGrace{5};
constexpr milliseconds kHangUpGrace{1000};
constexpr int kNotFound = 127;
constexpr int kCannotRun = 126;
/// 128 and SIGKILL.
constexpr int kKilled = 137;

ProgramOutcome outcome_of(int status, const FirstWords& first, const ProgramRequest& request,
                          std::string_view where) {
  const bool silent_init = !first.is_any() && (status == kNotFound || status == kCannotRun);
  if (!first.is_not_started() && !silent_init) {
    return {status, ""};
  }
  const std::string program = escape_controls(request.words.front());
  if (first.is_not_there() || (silent_init && status == kNotFound)) {
    return {kNotFound, fmt::format("there is no program '{}' in {}", program, where)};
  }
  return {kCannotRun, fmt::format("'{}' cannot be run in {}", program, where)};
}

/// Removes the container on every way out.
class Removal {
 public:
  Removal(Engine& engine, ContainerId container)
      : engine_(engine), container_(std::move(container)) {}

  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;

  ~Removal() {
    if (const auto removed = engine_.remove_container(container_); !removed) {
      log::warn("container {} stays behind: {}", container_.value, removed.error().for_log());
    }
  }

 private:
  Engine& engine_;
  ContainerId container_;
};

docker::ContainerSpec spec_of(const OneOffPlan& plan, const OneOff& place,
                              const ProgramRequest& request) {
  auto spec = plan_one_off(plan.release, plan.config, place.index, plan.policy);
  spec.name = place.name;
  spec.words = request.words;
  spec.open_input = true;
  spec.terminal = request.window;
  spec.keep_log = false;
  if (request.window && !request.terminal_type.empty()) {
    spec.env["TERM"] = request.terminal_type;
  }
  for (const auto& [key, value] : request.env) {
    spec.env[key.str()] = value.reveal();
  }
  return spec;
}

/// Nobody is there to see how it ends.
void end_container(Engine& engine, const ContainerId& id, const ProgramRequest& request) {
  Result<void> ended;
  if (request.window) {
    // What a terminal does when its line is cut; shells ignore SIGTERM.
    ended = engine.signal_container(id, Signal::Hup);
  }
  ended = engine.stop_container(id, kEndGrace);
  if (!ended) {
    log::warn("container {} does not end: {}", id.value, ended.error().for_log());
  }
}

Result<ProgramOutcome> finish(Engine& engine, const ContainerId& id, const FirstWords& first,
                              const OneOffPlan& plan, const ProgramRequest& request,
                              const std::stop_token& gone) {
  const auto status = engine.wait_container(id, gone);
  if (!status && status.error().code == ErrorCode::NotFound) {
    return ProgramOutcome{kKilled, "the container of the program was removed"};
  }
  TRY(status);
  const auto details = engine.inspect_container(id);
  if (details && details->oom_killed) {
    return ProgramOutcome{
        *status, fmt::format("the program used more memory than its limit of {}",
                             format_memory(plan.policy.limits_of(one_off_type()).memory_bytes))};
  }
  return outcome_of(
      *status, first, request,
      fmt::format("the image of {} {}", plan.release.app.str(), plan.release.number.str()));
}

/// A program that runs beside a container's own and whose peer is gone.
void end_exec(Engine& engine, const docker::ExecId& id) {
  for (const auto& [signal, grace] : {std::pair<Signal, milliseconds>{Signal::Hup, kHangUpGrace},
                                      {Signal::Term, kEndGrace},
                                      {Signal::Kill, kEndGrace}}) {
    const auto sent = engine.signal_exec(id, signal);
    if (!sent) {
      log::warn("a program that nobody waits for stays: {}", sent.error().for_log());
      return;
    }
    const TimedStop patience({}, grace);
    if (engine.wait_exec(id, patience.token())) {
      return;
    }
  }
}

}  // namespace

std::string describe_command(const ProgramRequest& request) {
  return fmt::format("{}", fmt::join(request.words, " "));
}

Result<ProgramOutcome> run_one_off(Engine& engine, OneOffs& all, const OneOffPlan& plan,
                                   const ProgramRequest& request, ExecStreams& peer) {
  const auto place = all.begin(plan.release, describe_command(request), plan.unique, plan.policy);
  const auto spec = spec_of(plan, place->get(), request);
  const ContainerId id = TRY(engine.create_container(spec));
  place->made(id);
  const Removal removal(engine, id);
  auto streams = TRY(engine.attach_container(id, spec));
  TRY(engine.start_container(id));
  FirstWords first;
  const AttendedProgram program{
      .streams = *streams,
      .signal = [&](Signal signal) { return engine.signal_container(id, signal); },
      .resize = [&](WindowSize size) { return engine.resize_container(id, size); },
      .first = first};
  const auto attended = attend(program, request.window, peer);
  if (!attended) {
    // The engine waits for output that nobody takes, before it calls a container stopped.
    streams.reset();
    end_container(engine, id, request);
    return attended.error();
  }
  return finish(engine, id, first, plan, request, peer.gone);
}

Result<ProgramOutcome> run_beside(Engine& engine, const ContainerId& container,
                                  const std::string& name, const ProgramRequest& request,
                                  ExecStreams& peer) {
  docker::ExecSpec spec{.words = request.words, .terminal = request.window, .env = {}};
  if (request.window && !request.terminal_type.empty()) {
    spec.env["TERM"] = request.terminal_type;
  }
  auto made = engine.create_exec(container, spec);
  if (!made && made.error().code == ErrorCode::Conflict) {
    return Error{ErrorCode::Conflict, name + " does not run", "look at it with ps", ""};
  }
  const docker::ExecId id = TRY(made);
  auto streams = TRY(engine.start_exec(id, spec));
  FirstWords first;
  const AttendedProgram program{
      .streams = *streams,
      .signal = [&](Signal signal) { return engine.signal_exec(id, signal); },
      .resize = [&](WindowSize size) { return engine.resize_exec(id, size); },
      .first = first};
  const auto attended = attend(program, request.window, peer);
  if (!attended) {
    streams.reset();
    end_exec(engine, id);
    return attended.error();
  }
  const auto status = engine.wait_exec(id, peer.gone);
  if (!status && status.error().code == ErrorCode::NotFound) {
    return ProgramOutcome{kKilled, name + " has ended under it"};
  }
  return outcome_of(TRY(status), first, request, name);
}

}  // namespace minpaas::hooks
