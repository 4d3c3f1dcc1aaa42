#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "core/base/clock.h"
#include "sshd/admission.h"
#include "sshd/channel.h"
#include "sshd/listener.h"
#include "sshd/login.h"
#include "sshd/receive_window.h"
#include "sshd/server_bind.h"
#include "sshd/session_timers.h"
#include "sshd/thread_group.h"
#include "sshd/window_scratch.h"

namespace minpaas::sshd {

/// How far the server is on its way down. Draining: no new channels, only git requests go on.
/// Ending: nothing goes on.
enum class ServerPhase { Running, Draining, Ending };

/// What all connections share; outlives them.
struct SessionContext {
  const ServerBind& bind;
  Authenticator& authenticator;
  ExecHandler& handler;
  const Clock& clock;
  SessionTimers::Limits timers;
  /// Threads of exec requests.
  ThreadGroup& requests;
  std::size_t most_requests;
  WindowBudget windows{std::int64_t{256} << 20};
  std::atomic<ServerPhase> phase{ServerPhase::Running};
};

/// One connection from its first byte to its end, on one thread: libssh's session, one event, one
/// eventfd, and the channels. libssh is called from here only, and never from a callback.
class Session {
 public:
  /// `wake` is the connection's eventfd: signalled when requests have output or the phase changes.
  Session(SessionContext& context, Accepted connection, Admission::Ticket ticket,
          std::shared_ptr<const WakeUp> wake);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Serves the connection until it ends. Thread: the one that constructed it.
  void run();

  static constexpr std::size_t kMostChannels = 10;

 private:
  /// Why the connection ends. `penalty` is absent where the peer is not to blame.
  struct End {
    std::string reason;
    std::optional<Offence> penalty;
    /// The peer still listens: say goodbye.
    bool tell = true;
  };

  std::optional<End> open();
  void install_callbacks();
  int on_key(const char* user, ssh_key key, char signature_state) noexcept;
  ssh_channel on_channel_open() noexcept;
  std::optional<End> turn();
  [[nodiscard]] bool is_connected() const;
  [[nodiscard]] bool has_news() const;
  int poll_event();
  [[nodiscard]] milliseconds until_next_timer() const;
  std::optional<End> poll();
  std::optional<End> advance_login();
  std::optional<End> check_timers();
  std::optional<End> check_phase();
  std::optional<End> pump_channels();
  void start_request(Channel& channel, ExecRequest request);
  void refuse_request(Channel& channel, int status, std::string_view message);
  void forget_ended_requests();
  [[nodiscard]] SessionActivity activity() const;
  void close(const End& end);
  void say_goodbye(const std::string& reason);

  SessionContext& context_;
  Admission::Ticket ticket_;
  std::shared_ptr<const WakeUp> wake_;
  Fd socket_;
  std::string peer_;
  Login login_;
  SessionTimers timers_;

  ssh_counter_struct counter_{};
  ssh_server_callbacks_struct callbacks_{};
  SshSession session_;
  Handle<ssh_event_struct, ssh_event_free> event_;
  /// The eventfd has been read since the last poll began.
  bool woken_ = false;
  bool keys_exchanged_ = false;
  bool authenticated_ = false;
  /// A stranger has one request.
  bool stranger_has_asked_ = false;
  /// When the server stops: when to end at the latest, and whether a request ran till then.
  std::optional<SteadyTime> end_by_;
  /// When the last request's channel was closed.
  std::optional<SteadyTime> request_ended_at_;
  SteadyTime confirmed_at_{};
  std::uint64_t closed_output_bytes_ = 0;

  std::vector<std::unique_ptr<Channel>> channels_;
  /// Opened by a callback, which may come while `channels_` is being walked.
  std::vector<std::unique_ptr<Channel>> opened_;
  /// Requests that still run although their channel is closed.
  std::vector<std::shared_ptr<ExecBridge>> orphans_;
  WindowScratch scratch_;
};

}  // namespace minpaas::sshd
