#include "hooks/routing/certificate_keeper.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/certs/certificate.h"

namespace minpaas::hooks {
namespace {

/// The wall clock may be set, and files may be lost: longest time between two looks.
constexpr seconds kLookAgain{60};

/// Not one after the other, when the clocks of the authority and of this machine differ.
SystemTime next_fetch_time(const state::CertificateRow& row, seconds renew_before) {
  constexpr std::chrono::microseconds kLeast = std::chrono::hours(1);
  const auto quarter = (row.not_after - row.not_before) / 4;
  return std::max(renewal_time(row, renew_before), row.created_at + std::min(kLeast, quarter));
}

}  // namespace

void CertificateKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void CertificateKeeper::wake() {
  state_.update([](State& state) { ++state.wishes; });
}

void CertificateKeeper::await_news(SteadyTime deadline, const std::stop_token& stop) {
  const long long seen = state_.with([](const State& state) { return state.news; });
  state_.wait_until(
      deadline, stop, [&](const State& state) { return state.news != seen; }, [](State&) {});
}

Result<std::vector<CertificateErrand>> CertificateKeeper::errands(const AppName& app) {
  std::vector<CertificateErrand> found;
  if (!TRY(store_.is_automatic(app))) {
    return found;
  }
  const auto hosts = TRY(routes_.hosts(app));
  const auto rows = TRY(store_.of_app(app));
  const auto failures = TRY(store_.failures(app));
  const SystemTime now = clock_.now();
  for (const std::string& host : hosts) {
    const auto* shown = choose_certificate(rows, host, now);
    const bool is_ours = shown != nullptr && shown->source == state::CertificateSource::Auto;
    if (!can_be_proved(host, settings_.proof) ||
        (shown != nullptr && !is_ours && is_valid_at(*shown, now))) {
      continue;
    }
    SystemTime due = is_ours ? next_fetch_time(*shown, settings_.renew_before) : now;
    const auto failed = std::ranges::find(failures, host, &state::CertificateFailure::host);
    if (failed != failures.end()) {
      due = std::max(due, failed->next_at);
    }
    found.push_back({app, host, due});
  }
  return found;
}

Result<bool> CertificateKeeper::is_settled(const AppName& app) {
  const auto all = TRY(errands(app));
  const SystemTime now = clock_.now();
  return std::ranges::none_of(
      all, [&](const CertificateErrand& errand) { return errand.due_at <= now; });
}

std::optional<CertificateErrand> CertificateKeeper::next() {
  std::optional<CertificateErrand> first;
  const auto apps = store_.automatic_apps();
  for (const AppName& app : apps ? *apps : std::vector<AppName>()) {
    const auto all = errands(app);
    if (!all) {
      log::error("certificates of {}: {}", app.str(), all.error().for_log());
      continue;
    }
    for (const CertificateErrand& errand : *all) {
      if (!first || errand.due_at < first->due_at) {
        first = errand;
      }
    }
  }
  return first;
}

void CertificateKeeper::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const long long wishes = state_.with([](const State& state) { return state.wishes; });
    const auto applied = routes_.apply();
    if (!applied) {
      log::error("certificates: {}", applied.error().for_log());
    }
    const auto errand = next();
    const auto wait = errand ? errand->due_at - clock_.now() : kLookAgain;
    if (errand && wait.count() <= 0) {
      fetch(*errand, stop);
      continue;
    }
    const auto pause = std::min<std::chrono::microseconds>(wait, kLookAgain);
    state_.wait_until(
        std::chrono::steady_clock::now() + pause, stop,
        [&](const State& state) { return state.wishes != wishes; }, [](State&) {});
  }
}

void CertificateKeeper::fetch(const CertificateErrand& errand, const std::stop_token& stop) {
  log::info("{}: fetching a certificate for {}", errand.app.str(), errand.host);
  const auto fetched = fetch_and_keep(errand, stop);
  if (fetched) {
    log::info("{}: has a new certificate for {}", errand.app.str(), errand.host);
  } else if (!stop.stop_requested()) {
    note_failure(errand, fetched.error());
  }
  if (fetched || !stop.stop_requested()) {
    events_.record_own({.app = errand.app.str(),
                        .action = "certs:fetch",
                        .detail = errand.host,
                        .result = fetched ? "ok" : "failed"});
  }
  state_.update([](State& state) { ++state.news; });
}

Result<void> CertificateKeeper::fetch_and_keep(const CertificateErrand& errand,
                                               const std::stop_token& stop) {
  const Secret pem = TRY(acme_.obtain(errand.host, stop));
  const auto certificate = TRY(certs::parse_certificate(pem.reveal()));
  if (!certs::covers(certificate.names, errand.host)) {
    return Error{ErrorCode::Failed, "the authority gave a certificate for another name", "", ""};
  }
  TRY(store_.add(to_row(errand.app, state::CertificateSource::Auto, certificate, clock_.now())));
  TRY(store_.forget_failures(errand.app, errand.host));
  return routes_.apply();
}

/// Nothing to be noted when the app was destroyed meanwhile.
void CertificateKeeper::note_failure(const CertificateErrand& errand, const Error& error) {
  log::warn("{}: no certificate for {}: {}", errand.app.str(), errand.host, error.for_log());
  const auto failures = store_.failures(errand.app);
  int attempts = 1;
  for (const auto& failure : failures ? *failures : std::vector<state::CertificateFailure>()) {
    attempts += failure.host == errand.host ? failure.attempts : 0;
  }
  const auto noted = store_.note_failure(
      errand.app, {errand.host, attempts, error.message, clock_.now() + retry_pause(attempts)});
  if (!noted && noted.error().code != ErrorCode::NotFound) {
    log::error("certificates of {}: {}", errand.app.str(), noted.error().for_log());
  }
}

}  // namespace minpaas::hooks
