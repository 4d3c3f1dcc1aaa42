#include "serve_command.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "core/base/log.h"
#include "core/docker/docker_engine.h"
#include "core/git/library_version.h"
#include "exec_switch.h"
#include "hooks/access/refusals.h"
#include "hooks/assembly.h"
#include "hooks/settings_check.h"
#include "http/server.h"
#include "make_router.h"
#include "sshd/commands/command_handler.h"
#include "sshd/git/git_handler.h"
#include "sshd/host_keys.h"
#include "sshd/server.h"

extern "C" char** environ;

namespace minpaas {
namespace {

/// How long pushes whose deploy is at work may keep their connection when the server stops, and
/// then the deploys themselves. The unit file's TimeoutStopSec is longer than both.
constexpr milliseconds kPushGrace{1000};
constexpr milliseconds kDeployGrace{20'000};

config::Environment environment() {
  config::Environment values;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      values.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return values;
}

/// Prints the error as a person at the terminal wants it and gives its exit status.
int fail(const Error& error) {
  std::fprintf(stderr, "minpaasd: %s\n", error.message.c_str());
  if (!error.hint.empty()) {
    std::fprintf(stderr, "          %s\n", error.hint.c_str());
  }
  if (!error.cause.empty()) {
    std::fprintf(stderr, "          (%s)\n", error.cause.c_str());
  }
  return exit_status(error.code);
}

/// The signals that steer the server are taken by main alone. Before any thread starts.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

class KeyAuthenticator : public sshd::Authenticator {
 public:
  KeyAuthenticator(hooks::KeyOwners& owners, hooks::FirstClaim& first, hooks::Events& events,
                   const Clock& clock)
      : owners_(owners), first_(first), refusals_(events, clock) {}

  std::optional<Actor> find(std::string_view fingerprint, std::string_view blob_base64,
                            std::string_view from) override {
    auto actor = owners_.find_actor(fingerprint, blob_base64, from);
    return actor ? actor : first_.stranger(fingerprint, blob_base64);
  }

  void note_use(const Actor& actor) override {
    if (actor.role != Role::Stranger) {
      owners_.note_use(actor);
    }
  }

  void note_denied(std::string_view from, const std::vector<std::string>& keys) override {
    using Peer = hooks::Refusals::Peer;
    Peer peer{.address = std::string(from.substr(0, from.rfind(':'))), .from = std::string(from)};
    peer.credential = Peer::Credential::Known;
    std::string last_unknown;
    for (const std::string& key : keys) {
      if (const auto objection = owners_.objection_to(key, from)) {
        peer.key_fingerprint = key;
        refusals_.note(peer, "ssh login", *objection);
      } else {
        last_unknown = key;
      }
    }
    if (keys.empty() || !last_unknown.empty()) {
      peer.credential = keys.empty() ? Peer::Credential::None : Peer::Credential::Unknown;
      peer.key_fingerprint = last_unknown;
      refusals_.note(peer, "ssh login");
    }
  }

 private:
  hooks::KeyOwners& owners_;
  hooks::FirstClaim& first_;
  hooks::Refusals refusals_;
};

/// SIGHUP: what can change while running does, the rest is named.
void read_again(const ServeOptions& options, const config::Settings& running) {
  const auto settings = config::load_settings(options.config_file, environment());
  if (!settings) {
    log::error("the settings are as before: {}", settings.error().for_log());
    return;
  }
  log::set_level(settings->server.log_level);
  config::Settings comparable = *settings;
  comparable.server.log_level = running.server.log_level;
  if (config::to_ini(comparable) == config::to_ini(running)) {
    log::info("read the settings again: in force");
  } else {
    log::warn(
        "read the settings again: the log level is in force, the other changes need a restart");
  }
}

/// Until SIGTERM or SIGINT.
void wait_for_end(const sigset_t& signals, const ServeOptions& options,
                  const config::Settings& settings) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGHUP) {
      read_again(options, settings);
    } else {
      log::info("{}: stopping", signal == SIGINT ? "SIGINT" : "SIGTERM");
      return;
    }
  }
}

void announce(const config::Settings& settings, const sshd::HostKeys& keys,
              const std::vector<int>& ports, const std::string& instance) {
  for (std::size_t i = 0; i < ports.size(); ++i) {
    log::info("SSH on {} port {}", settings.ssh.listen.at(i).address, ports[i]);
  }
  for (const auto& listen : settings.http.listen) {
    log::info("HTTP API on {} port {}", listen.address, listen.port);
  }
  for (const auto& fingerprint : keys.fingerprints()) {
    log::info("host key {}", fingerprint);
  }
  for (const std::string& doubt : hooks::doubts_about(settings)) {
    log::warn("{}", doubt);
  }
  log::info("minpaasd {} serves, data in {}, instance {}", MINPAAS_VERSION,
            settings.server.data_dir.string(), instance);
}

/// A server without an administrator lets the first one in by a code that only its log has.
void offer_claim(const Result<std::string>& code, const std::vector<int>& ports) {
  if (code) {
    log::warn(
        "no administrator has a key yet; become the first one within {} hours: ssh -p {} {} claim "
        "{}",
        hooks::FirstClaim::kLifetime.count(), ports.empty() ? 0 : ports.front(), "HOST", *code);
  } else if (code.error().code != ErrorCode::Conflict) {
    log::error("whether the server has an administrator: {}", code.error().for_log());
  }
}

hooks::Metric one_number(std::string name, std::string help, hooks::Metric::Kind kind,
                         double value) {
  return {std::move(name), std::move(help), kind, {{{}, value}}};
}

/// What the fronts know of themselves.
std::vector<hooks::Metric> front_metrics(const sshd::Server& ssh, const http::Server& http,
                                         const sshd::git::GitHandler& git) {
  using Kind = hooks::Metric::Kind;
  const auto on_ssh = ssh.load();
  const auto on_http = http.load();
  return {
      one_number("minpaas_ssh_sessions", "SSH connections that are logged in.", Kind::Gauge,
                 on_ssh.sessions),
      one_number("minpaas_ssh_requests", "Commands and git requests at work over SSH.", Kind::Gauge,
                 static_cast<double>(on_ssh.requests)),
      one_number("minpaas_http_connections", "Open HTTP connections.", Kind::Gauge,
                 on_http.connections),
      one_number("minpaas_http_streams",
                 "Streams and HTTP requests that wait for a deploy or a program.", Kind::Gauge,
                 on_http.streams),
      one_number("minpaas_push_received_bytes_total",
                 "Bytes of pushes that were received, packs above all, since the server started.",
                 Kind::Counter, static_cast<double>(git.received_bytes()))};
}

std::vector<std::pair<std::string, std::string>> libraries() {
  return {{"libssh", sshd::libssh_version()}, {"libgit2", git::library_version()}};
}

Result<void> run(const ServeOptions& options, const config::Settings& settings,
                 const sigset_t& signals) {
  const RealClock clock;
  const auto engine = TRY(docker::DockerEngine::connect(settings.docker.host));
  const auto router = make_router(settings, *engine);
  const auto assembly =
      TRY(hooks::Assembly::make(settings, {*engine, *router, clock, libraries()}));
  const auto keys = TRY(sshd::HostKeys::load_or_create(settings.server.data_dir / "ssh"));
  KeyAuthenticator authenticator(assembly->keys(), assembly->first_claim(),
                                 assembly->platform().events(), clock);
  sshd::git::GitHandler git(assembly->platform(), settings.git);
  sshd::commands::CommandHandler commands(assembly->platform(), clock);
  ExecSwitch handler(git, commands);
  // Before a port answers: who sees it may ask for a code (claim-code), and this one must not
  // replace it.
  const auto code = assembly->first_claim().make_code();
  const auto server =
      TRY(sshd::Server::create({.settings = settings.ssh}, keys, authenticator, handler, clock));
  const auto http = TRY(
      http::Server::create(settings.http, {assembly->platform(), assembly->tokens(),
                                           assembly->request_keys(), assembly->metrics(), clock}));
  assembly->metrics().add([&] { return front_metrics(*server, *http, git); });
  TRY(assembly->start());
  TRY(server->start());
  http->start();
  offer_claim(code, server->ports());
  announce(settings, keys, server->ports(), assembly->instance());
  wait_for_end(signals, options, settings);
  http->stop();
  const bool ended = server->stop(kPushGrace);
  assembly->stop(kDeployGrace);
  log::info("stopped");
  if (!ended) {
    // A request hangs in a call of a library; its objects must not be destroyed under it.
    std::fflush(nullptr);
    ::_exit(0);
  }
  return {};
}

}  // namespace

int print_claim_code(const ServeOptions& options) {
  const auto settings = config::load_settings(options.config_file, environment());
  if (!settings) {
    return fail(settings.error());
  }
  const RealClock clock;
  const auto code = hooks::make_code_for(*settings, clock);
  if (!code) {
    return fail(code.error());
  }
  const auto& listen = settings->ssh.listen;
  std::printf("%s\n", code->c_str());
  std::fprintf(stderr, "valid for %lld hours, once: ssh -p %d HOST claim %s\n",
               static_cast<long long>(hooks::FirstClaim::kLifetime.count()),
               listen.empty() ? 0 : listen.front().port, code->c_str());
  return 0;
}

int check_config(const ServeOptions& options) {
  const auto settings = config::load_settings(options.config_file, environment());
  if (!settings) {
    return fail(settings.error());
  }
  if (const auto catalog = hooks::load_catalog(*settings); !catalog) {
    return fail(catalog.error());
  }
  std::fputs(config::to_ini(*settings).c_str(), stdout);
  for (const std::string& doubt : hooks::doubts_about(*settings)) {
    std::fprintf(stderr, "minpaasd: warning: %s\n", doubt.c_str());
  }
  return 0;
}

int serve(const ServeOptions& options) {
  const auto settings = config::load_settings(options.config_file, environment());
  if (!settings) {
    return fail(settings.error());
  }
  log::set_level(settings->server.log_level);
  const sigset_t signals = block_signals();
  const auto served = run(options, *settings, signals);
  return served ? 0 : fail(served.error());
}

}  // namespace minpaas
