#include "config/setting_table.h"

#include "config/setting_value.h"

namespace minpaas::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int kMany = 1'000'000;
constexpr long long kMega = 1LL << 20;

template <typename Group, typename Value, typename Kind>
Setting setting(std::string_view section, std::string_view key, Group Settings::*group,
                Value Group::*field, Kind kind) {
  return {section, key,
          [=](Settings& settings, std::string_view value) -> Result<void> {
            settings.*group.*field = TRY(kind.parse(value));
            return {};
          },
          [=](const Settings& settings) { return kind.text(settings.*group.*field); }};
}

std::vector<Setting> server_settings() {
  using S = ServerSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("server", key, &Settings::server, field, kind);
  };
  return {in("data_dir", &S::data_dir, Path{WhenEmpty::Refused}),
          in("log_level", &S::log_level,
             OneOf<log::Level>{{{log::Level::Debug, "debug"},
                                {log::Level::Info, "info"},
                                {log::Level::Warn, "warn"},
                                {log::Level::Error, "error"}}})};
}

std::vector<Setting> ssh_settings() {
  using S = SshSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("ssh", key, &Settings::ssh, field, kind);
  };
  return {in("listen", &S::listen, ListenList{}),
          in("max_sessions", &S::max_sessions, Whole<int>{1, kMany}),
          in("max_sessions_per_address", &S::max_sessions_per_address, Whole<int>{1, kMany}),
          in("max_unauthenticated", &S::max_unauthenticated, Whole<int>{1, kMany}),
          in("max_unauthenticated_per_address", &S::max_unauthenticated_per_address,
             Whole<int>{1, kMany}),
          in("login_grace", &S::login_grace, Duration<seconds>{seconds(1), hours(1)}),
          in("idle_timeout", &S::idle_timeout, Duration<seconds>{seconds(1), hours(24 * 7)}),
          in("penalties", &S::penalties, YesNo{})};
}

std::vector<Setting> router_settings() {
  using S = RouterSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("router", key, &Settings::router, field, kind);
  };
  return {in("kind", &S::kind, Text{check_router_kind}),
          in("haproxy_socket", &S::haproxy_socket, Text{check_socket_path}),
          in("domain", &S::domain, Text{check_domain}),
          in("http_listen", &S::http_listen, Listen{}),
          in("https_listen", &S::https_listen, Listen{}),
          in("https_redirect", &S::https_redirect, YesNo{}),
          in("hsts", &S::hsts, Duration<seconds>{seconds(0), hours(24 * 3650)}),
          in("request_log", &S::request_log, YesNo{}),
          in("app_address", &S::app_address, Text{check_ip_address}),
          in("drain_timeout", &S::drain_timeout, Duration<seconds>{seconds(1), hours(24)}),
          in("port_first", &S::port_first, Whole<int>{1, 65535}),
          in("port_last", &S::port_last, Whole<int>{1, 65535})};
}

std::vector<Setting> cert_settings() {
  using S = CertSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("certs", key, &Settings::certs, field, kind);
  };
  return {in("directory", &S::directory, Text{check_https_url}),
          in("email", &S::email, Text{check_email}),
          in("accept_terms", &S::accept_terms, YesNo{}),
          in("ca_file", &S::ca_file, Path{WhenEmpty::Allowed}),
          in("renew_before", &S::renew_before, Duration<seconds>{hours(1), hours(24 * 365)}),
          in("dns_provider", &S::dns_provider, Text{check_dns_provider}),
          in("dns_environment", &S::dns_environment, Path{WhenEmpty::Allowed}),
          in("dns_resolver", &S::dns_resolver, Text{check_dns_resolver})};
}

std::vector<Setting> git_settings() {
  using S = GitSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("git", key, &Settings::git, field, kind);
  };
  return {in("deploy_branch", &S::deploy_branch, Text{check_branch}),
          in("max_pack_bytes", &S::max_pack_bytes, Bytes{kMega}),
          in("max_object_bytes", &S::max_object_bytes, Bytes{kMega}),
          in("max_objects", &S::max_objects, Whole<int>{1, 1'000'000'000}),
          in("reserve_bytes", &S::reserve_bytes, Bytes{0})};
}

std::vector<Setting> source_settings() {
  using S = SourceSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("sources", key, &Settings::sources, field, kind);
  };
  return {in("slots", &S::slots, Whole<int>{1, 1000}),
          in("timeout", &S::timeout, Duration<seconds>{seconds(1), hours(24)}),
          in("archive_entries", &S::archive_entries, Whole<int>{1, kMany * 10}),
          in("archive_file_bytes", &S::archive_file_bytes, Bytes{kMega}),
          in("archive_bytes", &S::archive_bytes, Bytes{kMega}),
          in("archive_ratio", &S::archive_ratio, Whole<int>{1, kMany}),
          in("allow_http", &S::allow_http, YesNo{}),
          in("allow_private_addresses", &S::allow_private_addresses, YesNo{}),
          in("ca_file", &S::ca_file, Path{WhenEmpty::Refused})};
}

std::vector<Setting> build_settings() {
  using S = BuildSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("build", key, &Settings::build, field, kind);
  };
  return {in("timeout", &S::timeout, Duration<seconds>{seconds(1), hours(24)}),
          in("release_timeout", &S::release_timeout, Duration<seconds>{seconds(1), hours(24)}),
          in("slots", &S::slots, Whole<int>{1, 64}),
          in("memory_bytes", &S::memory_bytes, Bytes{64 * kMega}),
          in("cpus", &S::cpus, Cpus{.zero_is_all = true}),
          in("builder", &S::builder,
             OneOf<BuilderChoice>{{{BuilderChoice::Auto, "auto"},
                                   {BuilderChoice::BuildKit, "buildkit"},
                                   {BuilderChoice::Classic, "classic"}}}),
          in("reserve_bytes", &S::reserve_bytes, Bytes{0}),
          in("cache_bytes", &S::cache_bytes, Bytes{0}),
          in("keep_releases", &S::keep_releases, Whole<int>{1, 1000})};
}

std::vector<Setting> check_settings() {
  using S = CheckSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("checks", key, &Settings::checks, field, kind);
  };
  return {in("timeout", &S::timeout, Duration<seconds>{seconds(1), hours(1)}),
          in("interval", &S::interval, Duration<milliseconds>{milliseconds(10), seconds(10)}),
          in("worker_uptime", &S::worker_uptime, Duration<seconds>{seconds(0), hours(1)}),
          in("liveness_wait", &S::liveness_wait, Duration<seconds>{seconds(1), hours(1)}),
          in("liveness_attempts", &S::liveness_attempts, Whole<int>{1, 1000}),
          in("allow_private_addresses", &S::allow_private_addresses, YesNo{})};
}

std::vector<Setting> container_settings() {
  using S = ContainerSettings;
  const auto in = [](auto key, auto field, auto kind) {
    return setting("containers", key, &Settings::containers, field, kind);
  };
  // The engine refuses a memory limit below 6 MB.
  return {in("memory_bytes", &S::memory_bytes, Bytes{6 * kMega}),
          in("cpus", &S::cpus, Cpus{}),
          in("pids", &S::pids, Whole<int>{1, 4'194'304}),
          in("network", &S::network, Text{check_network}),
          in("stop_timeout", &S::stop_timeout, Duration<seconds>{seconds(0), hours(1)}),
          in("mask_logs", &S::mask_logs, YesNo{})};
}

std::vector<Setting> cron_settings() {
  using S = CronSettings;
  return {setting("cron", "slots", &Settings::cron, &S::slots, Whole<int>{1, 1000}),
          setting("cron", "timeout", &Settings::cron, &S::timeout,
                  Duration<seconds>{seconds(1), hours(24 * 7)})};
}

std::vector<Setting> engine_settings() {
  return {
      setting("http", "listen", &Settings::http, &HttpSettings::listen, ListenListOrOff{}),
      setting("http", "max_connections", &Settings::http, &HttpSettings::max_connections,
              Whole<int>{1, kMany}),
      setting("http", "max_streams", &Settings::http, &HttpSettings::max_streams,
              Whole<int>{1, kMany}),
      setting("http", "max_body_bytes", &Settings::http, &HttpSettings::max_body_bytes,
              Bytes{1024}),
      setting("docker", "host", &Settings::docker, &DockerSettings::host, Text{check_docker_host})};
}

std::vector<Setting> app_settings() {
  using R = RuntimeChoiceSettings;
  return {
      setting(kImageSection, "pull", &Settings::images, &ImageSettings::pull,
              OneOf<PullPolicy>{{{PullPolicy::Missing, "missing"},
                                 {PullPolicy::Always, "always"},
                                 {PullPolicy::Never, "never"}}}),
      setting("apps", "create_on_push", &Settings::apps, &AppSettings::create_on_push, YesNo{}),
      setting("apps", "members_create", &Settings::apps, &AppSettings::members_create, YesNo{}),
      setting("runtimes", "folder", &Settings::runtimes, &R::folder, Path{WhenEmpty::Allowed}),
      setting("runtimes", "allow_dockerfile", &Settings::runtimes, &R::allow_dockerfile, YesNo{})};
}

std::vector<Setting> access_settings() {
  return {setting("access", "admin_keys", &Settings::access, &AccessSettings::admin_keys,
                  Path{WhenEmpty::Allowed})};
}

}  // namespace

const std::vector<Setting>& setting_table() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> all;
    for (const auto& group :
         {server_settings(), ssh_settings(), engine_settings(), router_settings(), cert_settings(),
          app_settings(), git_settings(), source_settings(), build_settings(), check_settings(),
          container_settings(), cron_settings(), access_settings()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    return all;
  }();
  return table;
}

}  // namespace minpaas::config
