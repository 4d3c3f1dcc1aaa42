#include "sshd/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/log.h"
#include "sshd/admission.h"
#include "sshd/gcm_self_test.h"
#include "sshd/listener.h"
#include "sshd/server_bind.h"
#include "sshd/session.h"
#include "sshd/thread_group.h"

namespace minpaas::sshd {
namespace {

/// 256 KB was enough for libssh in every measurement.
constexpr std::size_t kSessionStack = 512 * 1024;
/// Time between the last word to connections and requests, and giving them up.
constexpr seconds kJoinGrace{5};
constexpr milliseconds kPauseWithoutDescriptors{200};

/// A line before the version exchange, which RFC 4253 4.2 allows. Clients show it with -v.
void turn_away(const Accepted& connection, Refusal refusal) {
  const std::string line = std::string(to_string(refusal)) + "\r\n";
  static_cast<void>(
      !::send(connection.fd.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& options, ServerBind made_bind, WakeUp made_wake,
       Authenticator& authenticator, ExecHandler& handler, const Clock& clock)
      : bind(std::move(made_bind)),
        wake(std::move(made_wake)),
        admission(options.settings, clock,
                  options.penalize_loopback ? Admission::Loopback::Penalized
                                            : Admission::Loopback::Exempt),
        requests(wake),
        context{bind, authenticator, handler, clock, {}, requests, options.most_requests},
        sessions(wake),
        acceptor(wake) {
    context.timers.grace = options.settings.login_grace;
    context.timers.idle = options.settings.idle_timeout;
  }

  void accept_loop();
  void accept_all(const Listener& listener);
  void admit(Accepted connection);
  void serve(Accepted connection, Admission::Ticket ticket);
  void enter_phase(ServerPhase phase);

  ServerBind bind;
  WakeUp wake;
  Admission admission;
  std::vector<Listener> listeners;
  // In this order: sessions end before the requests and the context that they use.
  ThreadGroup requests;
  SessionContext context;
  Guarded<std::set<std::shared_ptr<const WakeUp>>> connections;
  ThreadGroup sessions;
  ThreadGroup acceptor;
  bool out_of_descriptors = false;
};

void Server::Impl::accept_loop() {
  while (context.phase == ServerPhase::Running) {
    std::vector<pollfd> polled{{wake.fd(), POLLIN, 0}};
    if (!out_of_descriptors) {
      for (const Listener& listener : listeners) {
        polled.push_back({listener.fd(), POLLIN, 0});
      }
    }
    ::poll(polled.data(), polled.size(),
           out_of_descriptors ? static_cast<int>(kPauseWithoutDescriptors.count()) : -1);
    out_of_descriptors = false;
    wake.clear();
    sessions.reap();
    requests.reap();
    for (std::size_t i = 1; i < polled.size(); ++i) {
      if (polled[i].revents != 0 && context.phase == ServerPhase::Running) {
        accept_all(listeners[i - 1]);
      }
    }
  }
}

void Server::Impl::accept_all(const Listener& listener) {
  for (int i = 0; i < 64; ++i) {
    auto accepted = listener.accept();
    if (!accepted) {
      log::error("ssh: {}", accepted.error().for_log());
      out_of_descriptors = true;
      return;
    }
    if (!*accepted) {
      return;
    }
    admit(std::move(**accepted));
  }
}

void Server::Impl::admit(Accepted connection) {
  auto entered = admission.enter(SourceAddress(connection.peer));
  if (const auto* refusal = std::get_if<Refusal>(&entered)) {
    log::debug("ssh: {} turned away: {}", format_peer(connection.peer), to_string(*refusal));
    turn_away(connection, *refusal);
    return;
  }

  // std::function wants what can be copied.
  struct Start {
    Accepted connection;
    Admission::Ticket ticket;
  };

  auto start = std::make_shared<Start>(
      Start{std::move(connection), std::get<Admission::Ticket>(std::move(entered))});
  const auto started = sessions.start("ssh-session", kSessionStack, [this, start] {
    serve(std::move(start->connection), std::move(start->ticket));
  });
  if (!started) {
    log::error("ssh: {}", started.error().for_log());
  }
}

void Server::Impl::serve(Accepted connection, Admission::Ticket ticket) {
  auto made = WakeUp::make();
  if (!made) {
    log::error("ssh: {}", made.error().for_log());
    return;
  }
  const std::shared_ptr<const WakeUp> session_wake = std::make_shared<WakeUp>(std::move(*made));
  connections.with([&](auto& all) { all.insert(session_wake); });
  session_wake->signal();  // a phase may have begun before it could be told
  {
    Session session(context, std::move(connection), std::move(ticket), session_wake);
    session.run();
  }
  connections.with([&](auto& all) { all.erase(session_wake); });
}

void Server::Impl::enter_phase(ServerPhase phase) {
  context.phase = phase;
  wake.signal();
  connections.with([](const auto& all) {
    for (const auto& connection : all) {
      connection->signal();
    }
  });
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  if (!stop(milliseconds(0))) {
    log::warn("ssh: requests still run; waiting for them");
  }
}

Result<std::unique_ptr<Server>> Server::create(const ServerOptions& options, const HostKeys& keys,
                                               Authenticator& authenticator, ExecHandler& handler,
                                               const Clock& clock) {
  auto bind = TRY(ServerBind::make(keys, test_gcm()));
  auto impl = std::make_unique<Impl>(options, std::move(bind), TRY(WakeUp::make()), authenticator,
                                     handler, clock);
  for (const auto& address : options.settings.listen) {
    impl->listeners.push_back(TRY(Listener::open(address)));
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::vector<int> Server::ports() const {
  std::vector<int> ports;
  for (const Listener& listener : impl_->listeners) {
    ports.push_back(listener.port());
  }
  return ports;
}

Server::Load Server::load() const {
  const auto open = impl_->admission.open();
  return {open.all - open.unauthenticated, impl_->context.requests.running()};
}

Result<void> Server::start() {
  return impl_->acceptor.start("ssh-accept", kSessionStack, [this] { impl_->accept_loop(); });
}

bool Server::stop(milliseconds git_grace) {
  const auto now = [] { return std::chrono::steady_clock::now(); };
  impl_->enter_phase(ServerPhase::Draining);
  static_cast<void>(impl_->acceptor.join_until(now() + kJoinGrace));
  impl_->listeners.clear();
  if (!impl_->sessions.join_until(now() + git_grace)) {
    impl_->enter_phase(ServerPhase::Ending);
  }
  const auto deadline = now() + kJoinGrace;
  const bool sessions_ended = impl_->sessions.join_until(deadline);
  return impl_->requests.join_until(deadline) && sessions_ended;
}

}  // namespace minpaas::sshd
