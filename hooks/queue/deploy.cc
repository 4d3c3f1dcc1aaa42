#include "hooks/queue/deploy.h"

namespace minpaas::hooks {

state::DeployRow asked_for(const AppName& app, state::DeployKind kind, const std::string& actor) {
  return {.id = 0,
          .app = app,
          .kind = kind,
          .stage = state::DeployStage::Queued,
          .commit = {},
          .ref = {},
          .ref_old = {},
          .release = {},
          .image = {},
          .config_before = {},
          .actor = actor,
          .note = {},
          .reason = {},
          .created_at = {},
          .finished_at = {}};
}

void Deploy::cancel(const std::string& why) {
  state_.with([&](State& state) {
    if (state.cancel_reason.empty()) {
      state.cancel_reason = why;
    }
  });
  stop_.request_stop();
}

std::string Deploy::cancel_reason() const {
  return state_.with([](const State& state) { return state.cancel_reason; });
}

void Deploy::settle(const DeployOutcome& outcome) {
  state_.with([&](State& state) { state.outcome = outcome; });
  feed->end();
}

bool Deploy::is_settled() const {
  return state_.with([](const State& state) { return state.outcome.has_value(); });
}

void Deploy::end_build() {
  state_.with([](State& state) { state.is_built = true; });
  if (when_built_) {
    when_built_();
  }
}

bool Deploy::takes_build_slot() const {
  return job.builds() &&
         state_.with([](const State& state) { return !state.is_built && !state.outcome; });
}

Result<DeployOutcome> Deploy::watch(const Follow& follow) const {
  if (follow.begun) {
    follow.begun(id());
  }
  const auto followed = TRY(feed->follow(follow));
  const auto outcome = state_.with([](const State& state) { return state.outcome; });
  if (followed == Followed::Left || !outcome) {
    return Error{ErrorCode::Disconnected, "left before the end; the deploy goes on",
                 "builds:output shows how it went", ""};
  }
  return *outcome;
}

Result<DeployOutcome> Deploy::follow(const Follow& follow) {
  const auto watched = watch(follow);
  if (watched || watched.error().code != ErrorCode::Disconnected) {
    return watched;
  }
  const auto outcome = state_.with([](State& state) {
    state.was_left = state.was_left || !state.outcome;
    return state.outcome;
  });
  return outcome ? Result<DeployOutcome>(*outcome) : watched;
}

bool Deploy::was_left() const {
  return state_.with([](const State& state) { return state.was_left; });
}

}  // namespace minpaas::hooks
