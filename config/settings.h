#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/result.h"

namespace minpaas::config {

/// `ADDRESS:PORT`, `[V6]:PORT`.
struct ListenAddress {
  std::string address;
  int port = 0;
};

enum class PullPolicy { Missing, Always, Never };
enum class BuilderChoice { Auto, BuildKit, Classic };

struct ServerSettings {
  std::filesystem::path data_dir = "/var/lib/minpaas";
  log::Level log_level = log::Level::Info;
};

struct SshSettings {
  std::vector<ListenAddress> listen;  // 0.0.0.0:2222
  int max_sessions = 500;
  int max_sessions_per_address = 50;
  int max_unauthenticated = 100;
  int max_unauthenticated_per_address = 10;
  seconds login_grace{30};
  seconds idle_timeout{600};
  /// Penalties for addresses that fail to log in (PerSourcePenalties of OpenSSH).
  bool penalties = true;
};

struct HttpSettings {
  /// Empty: there is no HTTP API.
  std::vector<ListenAddress> listen;  // 127.0.0.1:4000
  int max_connections = 500;
  /// Of these, streams and requests that wait for a deploy or a program.
  int max_streams = 200;
  long long max_body_bytes = 1LL << 20;
};

struct DockerSettings {
  std::string host = "unix:///var/run/docker.sock";
};

struct RouterSettings {
  /// `auto`: haproxy where it is installed, else direct.
  std::string kind = "auto";
  std::string domain = "localhost";
  ListenAddress http_listen;
  ListenAddress https_listen;
  /// Where a name has a certificate, http leads to https.
  bool https_redirect = true;
  /// How long browsers are told to use https only (Strict-Transport-Security); zero: not at all.
  seconds hsts{0};
  /// Whether HAProxy logs requests, for `logs APP`.
  bool request_log = true;
  /// Master socket of a HAProxy that something else starts; empty: the server starts its own.
  std::string haproxy_socket = {};
  /// Address that app ports are served on.
  std::string app_address = "0.0.0.0";
  /// How long requests at a replaced release may go on.
  seconds drain_timeout{30};
  int port_first = 10000;
  int port_last = 19999;
};

struct ImageSettings {
  /// Runtime name -> base image; keys are the runtimes' names.
  std::map<std::string, std::string> base;
  PullPolicy pull = PullPolicy::Missing;
};

struct AppSettings {
  bool create_on_push = true;
  /// Whether members may make apps, which they then administer.
  bool members_create = true;
};

struct RuntimeChoiceSettings {
  /// Empty: the folder installed with the program.
  std::filesystem::path folder;
  bool allow_dockerfile = false;
};

struct GitSettings {
  std::string deploy_branch = "main";
  long long max_pack_bytes = 2LL << 30;
  long long max_object_bytes = 256LL << 20;
  int max_objects = 5'000'000;
  long long reserve_bytes = 256LL << 20;
};

struct BuildSettings {
  seconds timeout{900};
  /// Of a release command, a predeploy or a postdeploy script.
  seconds release_timeout{900};
  int slots = 1;
  /// Of a build with the classic builder, of all together with BuildKit. 0 processors: all.
  long long memory_bytes = 2LL << 30;
  double cpus = 0;
  BuilderChoice builder = BuilderChoice::Auto;
  /// A build is refused when the engine's disk has less free space than this.
  long long reserve_bytes = 1LL << 30;
  /// Build cache is pruned down to this after a deploy.
  long long cache_bytes = 10LL << 30;
  /// Images of how many releases are kept per app.
  int keep_releases = 10;
};

struct CheckSettings {
  seconds timeout{60};
  milliseconds interval{100};
  /// A process that is not web is healthy when it has lived this long.
  seconds worker_uptime{3};
  /// Between two looks at a process that is live.
  seconds liveness_wait{10};
  /// Failed looks in a row after which a process is restarted.
  int liveness_attempts = 3;
  /// `onFailure` may tell programs at addresses of this machine and of private networks.
  bool allow_private_addresses = false;
};

/// The engine's own network, in which containers reach each other.
inline constexpr std::string_view kSharedNetwork = "bridge";

struct ContainerSettings {
  long long memory_bytes = 512LL << 20;
  double cpus = 1.0;
  int pids = 512;
  /// Made where it is not there.
  std::string network = "minpaas";
  seconds stop_timeout{30};
  /// In what `logs` shows, config values are masked as they are in the output of deploys.
  bool mask_logs = false;
};

struct AccessSettings {
  /// authorized_keys format; each key is an administrator; read at every login. Empty: none.
  std::filesystem::path admin_keys;
};

/// Certificates that are fetched from an authority by ACME.
struct CertSettings {
  std::string directory = "https://acme-v02.api.letsencrypt.org/directory";
  std::string email;
  bool accept_terms = false;
  /// Of an authority that this machine does not trust by itself. Empty: none.
  std::filesystem::path ca_file;
  seconds renew_before{std::chrono::hours(30 * 24)};
  /// lego's name of a DNS provider; empty: the proof is given by HTTP.
  std::string dns_provider;
  /// File of KEY=VALUE lines with what that provider needs. Empty: none.
  std::filesystem::path dns_environment;
  /// `HOST:PORT`; empty: those of the system.
  std::string dns_resolver;
};

/// Code that is not pushed: archives, repositories and images.
struct SourceSettings {
  /// How many archives and repositories are taken in at once.
  int slots = 4;
  /// For one to be here.
  seconds timeout{600};
  int archive_entries = 100'000;
  long long archive_file_bytes = 256LL << 20;
  /// Of all files, unpacked.
  long long archive_bytes = 2LL << 30;
  /// Unpacked bytes for each byte that is sent.
  int archive_ratio = 200;
  bool allow_http = false;
  /// Repositories and registries at addresses of this machine and of private networks.
  bool allow_private_addresses = false;
  /// Whom to trust that a server is who it says (PEM).
  std::filesystem::path ca_file = "/etc/ssl/certs/ca-certificates.crt";
};

/// Commands that apps run by the clock.
struct CronSettings {
  /// How many run at the same time, of all apps.
  int slots = 4;
  /// Of each.
  seconds timeout{std::chrono::hours(1)};
};

/// Every setting, typed. `config/minpaas.ini` shows them all with default, unit and reason.
struct Settings {
  ServerSettings server;
  SshSettings ssh;
  HttpSettings http;
  DockerSettings docker;
  RouterSettings router;
  CertSettings certs;
  ImageSettings images;
  AppSettings apps;
  RuntimeChoiceSettings runtimes;
  GitSettings git;
  SourceSettings sources;
  BuildSettings build;
  CheckSettings checks;
  ContainerSettings containers;
  CronSettings cron;
  AccessSettings access;
};

using Environment = std::map<std::string, std::string>;

/// The defaults, then the file (an empty path skips it), then MINPAAS_<SECTION>_<KEY> of
/// `environment`. An unknown section or key, or a bad value, is an error that names file, line and
/// key. Errors: NotFound, InvalidInput.
Result<Settings> load_settings(const std::filesystem::path& file, const Environment& environment);

/// The same from text, for tests and the fuzzer.
Result<Settings> parse_settings(std::string_view ini, std::string_view file_name,
                                const Environment& environment);

/// The effective settings in ini form, what `--check-config` prints.
std::string to_ini(const Settings& settings);

}  // namespace minpaas::config
