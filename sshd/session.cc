#include "sshd/session.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/log.h"

namespace minpaas::sshd {
namespace {

/// A connection whose key was removed is noticed this late when nothing new is asked on it.
constexpr seconds kConfirmEvery{5};
/// Longest time for the peer to read why the connection ends.
constexpr milliseconds kGoodbye{1000};
/// How long requests have to say their last words when the server ends.
constexpr seconds kLastWords{2};

const char* describe(Expiry expiry) {
  switch (expiry) {
    case Expiry::Grace:
      return "not logged in in time";
    case Expiry::Idle:
      return "idle for too long";
    case Expiry::Stalled:
      return "the peer took no output for too long";
    case Expiry::PeerSilent:
      return "the peer no longer answers";
  }
  return "";
}

}  // namespace

Session::Session(SessionContext& context, Accepted connection, Admission::Ticket ticket,
                 std::shared_ptr<const WakeUp> wake)
    : context_(context),
      ticket_(std::move(ticket)),
      wake_(std::move(wake)),
      socket_(std::move(connection.fd)),
      peer_(format_peer(connection.peer)),
      login_(context.authenticator, peer_),
      timers_(context.timers, context.clock.steady()) {}

void Session::run() {
  auto end = open();
  while (!end) {
    end = turn();
  }
  close(*end);
}

std::optional<Session::End> Session::open() {
  auto made = context_.bind.accept(std::move(socket_), context_.timers.grace);
  if (!made) {
    log::error("ssh: {}: {}", peer_, made.error().for_log());
    return End{made.error().message, std::nullopt, false};
  }
  session_ = std::move(*made);
  install_callbacks();
  ssh_set_counters(session_.get(), &counter_, nullptr);
  event_.reset(ssh_event_new());
  // Quiet again at once, but remembered: it may come inside another call of libssh than the poll.
  const auto on_wake = [](socket_t, int, void* user) noexcept {
    auto& session = *static_cast<Session*>(user);
    session.wake_->clear();
    session.woken_ = true;
    return 0;
  };
  if (!event_ || ssh_event_add_fd(event_.get(), wake_->fd(), POLLIN, on_wake, this) != SSH_OK) {
    return End{"no memory for another connection", std::nullopt, false};
  }
  // The first call makes the poll context that ssh_event_add_session needs.
  if (ssh_handle_key_exchange(session_.get()) == SSH_ERROR ||
      ssh_event_add_session(event_.get(), session_.get()) != SSH_OK) {
    return End{"the connection broke at once", Offence::NoAuthentication, false};
  }
  return std::nullopt;
}

std::optional<Session::End> Session::turn() {
  if (auto end = poll()) {
    return end;
  }
  for (const auto step : {&Session::advance_login, &Session::check_timers, &Session::check_phase,
                          &Session::pump_channels}) {
    if (auto end = (this->*step)()) {
      return end;
    }
  }
  return std::nullopt;
}

milliseconds Session::until_next_timer() const {
  const auto now = context_.clock.steady();
  auto sleep = timers_.until_next(now);
  if (authenticated_) {
    sleep = std::min<milliseconds>(sleep, kConfirmEvery);
  }
  if (!end_by_) {
    return sleep;
  }
  return std::clamp(std::chrono::ceil<milliseconds>(*end_by_ - now), milliseconds(0), sleep);
}

bool Session::is_connected() const {
  return (ssh_get_status(session_.get()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) == 0 &&
         ssh_is_connected(session_.get()) != 0;
}

bool Session::has_news() const {
  return woken_ || !opened_.empty() ||
         std::any_of(channels_.begin(), channels_.end(),
                     [](const auto& channel) { return channel->has_news(); });
}

/// Handles what has come and otherwise sleeps, having woken the requests that wait for input.
int Session::poll_event() {
  const int polled = ssh_event_dopoll(event_.get(), 0);
  if (polled != SSH_AGAIN || has_news()) {
    return polled;
  }
  for (const auto& channel : channels_) {
    channel->publish_input();
  }
  return ssh_event_dopoll(event_.get(), static_cast<int>(until_next_timer().count()));
}

std::optional<Session::End> Session::poll() {
  // Before the poll as well: the end may have come inside another call of libssh, and then nothing
  // is left to wake it.
  const bool ended = !is_connected() || poll_event() == SSH_ERROR || !is_connected();
  woken_ = false;
  if (ended) {
    return End{"the peer closed the connection",
               login_.has_failed() ? Offence::AuthenticationFailed : Offence::NoAuthentication,
               false};
  }
  return std::nullopt;
}

std::optional<Session::End> Session::advance_login() {
  if (authenticated_) {
    return std::nullopt;
  }
  acknowledge_quickly(ssh_get_fd(session_.get()));
  if (!keys_exchanged_) {
    const int exchanged = ssh_handle_key_exchange(session_.get());
    if (exchanged == SSH_ERROR) {
      return End{"no key exchange", Offence::NoAuthentication};
    }
    keys_exchanged_ = exchanged == SSH_OK;
  }
  if (login_.is_exhausted()) {
    return End{"Too many authentication failures", Offence::AuthenticationFailed};
  }
  if (login_.is_verified()) {
    authenticated_ = true;
    confirmed_at_ = context_.clock.steady();
    // A stranger keeps the place of one who is logging in, and its grace time.
    if (!login_.is_stranger()) {
      ticket_.authenticated();
    }
  }
  return std::nullopt;
}

SessionActivity Session::activity() const {
  SessionActivity activity;
  activity.authenticated = authenticated_ && !login_.is_stranger();
  activity.crowded = !activity.authenticated && ticket_.is_crowded();
  activity.in_bytes = counter_.in_bytes;
  activity.out_bytes = counter_.out_bytes;
  activity.socket_backlog = (ssh_get_status(session_.get()) & SSH_WRITE_PENDING) != 0;
  activity.output_bytes = closed_output_bytes_;
  for (const auto& channel : channels_) {
    activity.busy = activity.busy || channel->bridge() != nullptr;
    activity.output_waits = activity.output_waits || channel->output_waits();
    activity.output_bytes += channel->output_bytes();
  }
  return activity;
}

std::optional<Session::End> Session::check_timers() {
  const auto now = context_.clock.steady();
  if (const auto expiry = timers_.check(now, activity())) {
    const auto offence =
        login_.has_failed() ? Offence::AuthenticationFailed : Offence::GraceExceeded;
    return End{describe(*expiry), offence, *expiry != Expiry::PeerSilent};
  }
  if (timers_.keepalive_due(now)) {
    ssh_send_keepalive(session_.get());
  }
  if (authenticated_ && now - confirmed_at_ >= kConfirmEvery) {
    confirmed_at_ = now;
    if (!login_.confirm()) {
      return End{"the key is no longer accepted", std::nullopt};
    }
  }
  return std::nullopt;
}

std::optional<Session::End> Session::check_phase() {
  const ServerPhase phase = context_.phase;
  if (phase == ServerPhase::Running) {
    return std::nullopt;
  }
  const bool busy = std::any_of(channels_.begin(), channels_.end(),
                                [](const auto& channel) { return channel->bridge() != nullptr; });
  for (const auto& channel : channels_) {
    if (channel->bridge() && (phase == ServerPhase::Ending || !channel->is_git())) {
      channel->bridge()->interrupt("the server is stopping");
    }
  }
  const auto now = context_.clock.steady();
  if (busy && phase == ServerPhase::Draining) {
    return std::nullopt;
  }
  // A client that gets a disconnect message before it has read its exit status loses the status, so
  // one whose last request has just ended may go by itself.
  if (!end_by_) {
    const bool just_ended = request_ended_at_ && now - *request_ended_at_ < kLastWords;
    end_by_ = busy || just_ended ? now + kLastWords : now;
  }
  if (now >= *end_by_) {
    return End{"the server is stopping", std::nullopt};
  }
  return std::nullopt;
}

void Session::close(const End& end) {
  log::debug("ssh: {}: {} ({} bytes in, {} out)", peer_, end.reason, counter_.in_bytes,
             counter_.out_bytes);
  login_.end();
  // A stranger who has claimed the server is an administrator now.
  if (login_.is_stranger() && (!login_.confirm() || login_.is_stranger())) {
    ticket_.offend(Offence::AuthenticationFailed);
  } else if (end.penalty && (!authenticated_ || end.penalty == Offence::Crash)) {
    ticket_.offend(*end.penalty);
  }
  // Their callbacks and requests go before the session that they belong to.
  channels_.clear();
  opened_.clear();
  if (!session_) {
    return;
  }
  if (event_) {
    ssh_event_remove_fd(event_.get(), wake_->fd());
    ssh_event_remove_session(event_.get(), session_.get());
  }
  if (end.tell) {
    say_goodbye(end.reason);
  }
  session_.reset();
  event_.reset();
}

/// Sends the disconnect message so that it arrives: closing a socket that holds unread bytes resets
/// the connection, and the peer would lose what it has not read.
void Session::say_goodbye(const std::string& reason) {
  const Fd socket(::fcntl(ssh_get_fd(session_.get()), F_DUPFD_CLOEXEC, 0));
  ssh_session_set_disconnect_message(session_.get(), reason.c_str());
  ssh_blocking_flush(session_.get(), static_cast<int>(kGoodbye.count()));
  // Nothing waits, so one write will not block; otherwise libssh queues the message and drops it.
  ssh_set_fd_towrite(session_.get());
  ssh_disconnect(session_.get());
  ::shutdown(socket.get(), SHUT_WR);
  const auto deadline = std::chrono::steady_clock::now() + kGoodbye;
  std::array<char, 4096> unread;
  while (socket && std::chrono::steady_clock::now() < deadline) {
    pollfd polled{socket.get(), POLLIN, 0};
    if (::poll(&polled, 1, 100) > 0 &&
        ::recv(socket.get(), unread.data(), unread.size(), MSG_DONTWAIT) <= 0) {
      return;
    }
  }
}

}  // namespace minpaas::sshd
