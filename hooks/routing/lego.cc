#include "hooks/routing/lego.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/containers/port_probe.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostPemBytes = 1 << 20;
constexpr std::size_t kMostEnvironmentBytes = 64 * 1024;
/// The DNS takes its time; an authority that hangs must not stop the others for ever.
constexpr std::chrono::minutes kTimeLimit{10};
constexpr std::string_view kAcmeError = "urn:ietf:params:acme:error:";
constexpr std::string_view kUnknownAccount = "accountDoesNotExist";

/// Ends the route of challenges on every way out.
class Challenge {
 public:
  explicit Challenge(router::Router& router) : router_(router) {}

  Challenge(const Challenge&) = delete;
  Challenge& operator=(const Challenge&) = delete;

  ~Challenge() {
    if (open_) {
      router_.close_challenge();
    }
  }

  Result<void> open(int port) {
    open_ = true;
    return router_.open_challenge(port);
  }

 private:
  router::Router& router_;
  bool open_ = false;
};

/// lego's name of its files for a host.
std::string file_name(std::string host) {
  std::ranges::replace(host, '*', '_');
  return host;
}

/// `2026/11/25 21:11:19 ` or `[INFO] ` before a line.
std::string_view without_time(std::string_view line) {
  constexpr std::string_view kForm = "2026/11/25 21:11:19 ";
  const bool timed = line.size() > kForm.size() && line[4] == '/' && line[7] == '/' &&
                     line[10] == ' ' && line[19] == ' ';
  return timed ? line.substr(kForm.size()) : line;
}

}  // namespace

std::string reason_of_lego(std::string_view output) {
  constexpr std::size_t kMostReason = 400;
  std::string_view last;
  for (const std::string_view raw : split(output, '\n')) {
    const std::string_view line = trim(without_time(trim(raw)));
    if (!line.empty() && !line.starts_with("[INFO]")) {
      last = line;
    }
  }
  const auto code = last.find(kAcmeError);
  const auto words = last.find(" :: ", code == std::string_view::npos ? last.size() : code);
  std::string reason(last);
  if (words != std::string_view::npos) {
    const auto kind = last.substr(code + kAcmeError.size(), words - code - kAcmeError.size());
    reason = fmt::format("{} ({})", last.substr(words + 4), kind);
  }
  return reason.empty() ? "it did not say why" : escape_controls(reason.substr(0, kMostReason));
}

Result<void> Lego::ready() const {
  if (settings_.email.empty() || !settings_.accept_terms) {
    return Error{ErrorCode::Conflict,
                 fmt::format("no certificate can be fetched: [certs] {} not set",
                             settings_.email.empty() ? "email is" : "accept_terms is"),
                 "set email, and accept_terms = yes, in minpaas.ini on the server, and restart it",
                 ""};
  }
  if (find_program("lego").empty()) {
    return Error{ErrorCode::Unavailable, "no certificate can be fetched: lego is not installed",
                 "on the server: apt-get install lego", ""};
  }
  return {};
}

std::vector<std::string> Lego::arguments(const std::string& host, int port) const {
  std::vector<std::string> words{find_program("lego"), "--path",  folder_.string(), "--server",
                                 settings_.directory,  "--email", settings_.email,  "--accept-tos",
                                 "--domains",          host};
  const auto add = [&](std::initializer_list<std::string> more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  if (settings_.dns_provider.empty()) {
    add({"--http", "--http.port", fmt::format("127.0.0.1:{}", port)});
  } else {
    add({"--dns", settings_.dns_provider});
    if (!settings_.dns_resolver.empty()) {
      add({"--dns.resolvers", settings_.dns_resolver, "--dns.disable-cp"});
    }
  }
  add({"run"});
  return words;
}

Result<std::vector<std::string>> Lego::environment() const {
  std::vector<std::string> environment;
  for (const char* name : {"PATH", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy",
                           "http_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ"}) {
    if (const char* value = std::getenv(name); value != nullptr) {
      environment.push_back(fmt::format("{}={}", name, value));
    }
  }
  if (!settings_.ca_file.empty()) {
    environment.push_back("LEGO_CA_CERTIFICATES=" + settings_.ca_file.string());
  }
  if (!settings_.dns_environment.empty()) {
    const std::string text = TRY(read_file(settings_.dns_environment, kMostEnvironmentBytes));
    for (const std::string_view raw : split(text, '\n')) {
      const std::string_view line = trim(raw);
      if (!line.empty() && !line.starts_with('#')) {
        environment.emplace_back(line);
      }
    }
  }
  return environment;
}

Result<Fd> Lego::lock() const {
  const auto path = folder_ / "lego.lock";
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) {
    return file_error(path, "open", errno);
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::Busy, "another lego is still at work", "it is tried again later", ""};
  }
  return file;
}

Result<Secret> Lego::obtain(const std::string& host, const std::stop_token& stop) {
  TRY(ready());
  TRY(make_folder(folder_, 0700));
  const Fd held = TRY(lock());
  auto done = TRY(run(host, held, stop));
  if (done.status != 0 && done.output.find(kUnknownAccount) != std::string::npos) {
    log::warn("the authority has forgotten our account: making another");
    std::error_code ignored;
    std::filesystem::remove_all(folder_ / "accounts", ignored);
    done = TRY(run(host, held, stop));
  }
  if (done.status != 0) {
    return Error{ErrorCode::Failed, reason_of_lego(done.output), "",
                 fmt::format("lego ended with status {}", done.status)};
  }
  return take(host);
}

Result<ProgramEnd> Lego::run(const std::string& host, const Fd& held, const std::stop_token& stop) {
  Challenge challenge(router_);
  int port = 0;
  if (settings_.dns_provider.empty()) {
    port = TRY(free_loopback_port());
    TRY(challenge.open(port));
  }
  const auto variables = TRY(environment());
  return run_program({.arguments = arguments(host, port),
                      .environment = variables,
                      .time_limit = kTimeLimit,
                      .kept_open = &held},
                     stop);
}

/// What it has written, which is kept elsewhere from now on.
Result<Secret> Lego::take(const std::string& host) const {
  const auto files = folder_ / "certificates";
  const std::string name = file_name(host);
  std::string pem = TRY(read_file(files / (name + ".crt"), kMostPemBytes));
  pem += TRY(read_file(files / (name + ".key"), kMostPemBytes));
  std::error_code ignored;
  std::filesystem::remove_all(files, ignored);
  return Secret(std::move(pem));
}

}  // namespace minpaas::hooks
