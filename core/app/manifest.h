#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/app/config_var.h"
#include "core/app/cron_schedule.h"
#include "core/app/formation.h"
#include "core/app/health_check.h"

namespace minpaas {

/// Commands that run once in a container of their own, as a shell takes them. Empty: none.
struct Scripts {
  /// Before any of its processes starts.
  std::string predeploy = {};
  /// When its processes are healthy, before it goes live.
  std::string postdeploy = {};
  /// The same, of the first release of the app alone.
  std::string first_postdeploy = {};

  bool operator==(const Scripts&) const = default;
};

/// Something that runs by the clock, in a container of its own.
struct CronEntry {
  CronSchedule schedule;
  std::string command;

  bool operator==(const CronEntry&) const = default;
};

/// What the web processes of an app speak, on a connection without TLS.
enum class WebProtocol {
  Http1,
  /// HTTP/2 from the first byte (RFC 9113, section 3.3), and nothing else: gRPC.
  H2c,
};

/// What a repository says of how its releases run; it belongs to each of them and never changes.
struct Manifest {
  std::map<ProcessType, std::vector<HealthCheck>> healthchecks = {};
  Scripts scripts = {};
  /// Quantities where nobody has scaled the process type.
  Formation formation = {};
  /// In the order of the file.
  std::vector<CronEntry> cron = {};
  WebProtocol protocol = WebProtocol::Http1;

  bool operator==(const Manifest&) const = default;
};

/// A config var that the app wants.
struct WantedVar {
  enum class Source {
    /// Somebody sets it, and the app does not start without.
    Required,
    /// Somebody may set it.
    Optional,
    /// `value`, unless somebody has set another.
    Default,
    /// A random one, made once.
    Generated,
  };

  Source source = Source::Required;
  Secret value = {};
  std::string description = {};

  bool operator==(const WantedVar&) const = default;
};

/// An app.json.
struct AppJson {
  Manifest manifest = {};
  std::map<ConfigKey, WantedVar> env = {};
};

constexpr std::size_t kMostAppJsonBytes = 256 * 1024;

/// The format of Heroku and Dokku (docs/app_json.md); what it has besides is skipped.
/// Errors: InvalidInput, one line that names the place: `app.json: formation.web.quantity ...`.
Result<AppJson> parse_app_json(std::string_view text);

/// The manifest as an app.json that reads as the same manifest.
std::string to_json(const Manifest& manifest);

}  // namespace minpaas
