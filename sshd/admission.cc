#include "sshd/admission.h"

#include <utility>

namespace minpaas::sshd {

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::Penalty:
      return "the address failed to log in too often";
    case Refusal::TooMany:
      return "the server has too many connections";
    case Refusal::TooManyUnauthenticated:
      return "too many connections are logging in";
    case Refusal::TooManyFromAddress:
      return "the address has too many connections";
  }
  return "";
}

Admission::Ticket::Ticket(Ticket&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)),
      source_(other.source_),
      authenticated_(other.authenticated_) {}

Admission::Ticket::~Ticket() {
  if (admission_ == nullptr) {
    return;
  }
  const int unauthenticated = authenticated_ ? 0 : 1;
  admission_->state_.with([&](State& state) {
    const auto mine = state.by_source.find(source_);
    for (Counts* counts : {&state.total, &mine->second}) {
      --counts->all;
      counts->unauthenticated -= unauthenticated;
    }
    if (mine->second.all == 0) {
      state.by_source.erase(mine);
    }
  });
}

void Admission::Ticket::authenticated() {
  authenticated_ = true;
  admission_->state_.with([&](State& state) {
    --state.total.unauthenticated;
    --state.by_source.at(source_).unauthenticated;
  });
}

void Admission::Ticket::offend(Offence offence) const {
  if (admission_->penalizes(source_)) {
    admission_->state_.with([&](State& state) { state.penalties.add(source_, offence); });
  }
}

bool Admission::Ticket::is_crowded() const {
  const int most = admission_->settings_.max_unauthenticated;
  return admission_->state_.with(
      [most](const State& state) { return state.total.unauthenticated > most / 2; });
}

Admission::Admission(const config::SshSettings& settings, const Clock& clock, Loopback loopback)
    : settings_(settings), loopback_(loopback), state_(State(clock)) {}

bool Admission::penalizes(const SourceAddress& source) const {
  return settings_.penalties && (loopback_ == Loopback::Penalized || !source.is_loopback());
}

Admission::Open Admission::open() const {
  return state_.with([](const State& state) {
    return Open{state.total.all, state.total.unauthenticated};
  });
}

std::optional<Refusal> Admission::refusal_for(const State& state,
                                              const SourceAddress& source) const {
  if (penalizes(source) && state.penalties.refuses(source)) {
    return Refusal::Penalty;
  }
  if (state.total.all >= settings_.max_sessions) {
    return Refusal::TooMany;
  }
  if (state.total.unauthenticated >= settings_.max_unauthenticated) {
    return Refusal::TooManyUnauthenticated;
  }
  const auto found = state.by_source.find(source);
  if (found != state.by_source.end() &&
      (found->second.all >= settings_.max_sessions_per_address ||
       found->second.unauthenticated >= settings_.max_unauthenticated_per_address)) {
    return Refusal::TooManyFromAddress;
  }
  return std::nullopt;
}

std::variant<Admission::Ticket, Refusal> Admission::enter(const SourceAddress& source) {
  const auto refusal = state_.with([&](State& state) {
    auto why = refusal_for(state, source);
    if (!why) {
      for (Counts* counts : {&state.total, &state.by_source[source]}) {
        ++counts->all;
        ++counts->unauthenticated;
      }
    }
    return why;
  });
  if (refusal) {
    return *refusal;
  }
  return Ticket(*this, source);
}

}  // namespace minpaas::sshd
