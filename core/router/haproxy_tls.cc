#include "core/router/haproxy_tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/router/haproxy_map.h"

namespace minpaas::router {
namespace {

constexpr int kHttps = 443;
/// What clients of the last ten years speak (Mozilla's "intermediate" without the slow DHE).
constexpr std::string_view kTlsGlobals =
    R"(  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
  ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
)";

bool has_https(const HaproxyConfig& config) {
  return std::ranges::any_of(config.https, [&](const ListenOn& listen) {
    return !config.taken_ports.contains(listen.port);
  });
}

}  // namespace

std::string render_tls_globals() {
  return std::string(kTlsGlobals);
}

std::string render_tls_binds(const HaproxyConfig& config) {
  std::string binds;
  for (const ListenOn& listen : config.https) {
    if (!config.taken_ports.contains(listen.port)) {
      binds += fmt::format("  bind {0} ssl crt {1}/{2} crt-list {1}/{3} alpn h2,http/1.1\n",
                           bind_text(listen), config.folder.string(), kFallbackCertificate,
                           kCertificateList);
    }
  }
  return binds;
}

std::string render_tls_rules(const HaproxyConfig& config) {
  std::string rules = "  acl is-challenge path_beg /.well-known/acme-challenge/\n";
  if (!has_https(config)) {
    return rules;
  }
  rules += render_host_lookup("txn.secured", config.folder / kSecuredMap);
  if (config.https_redirect) {
    const int port = config.https.front().port;
    rules += fmt::format(
        "  http-request redirect prefix https://%[req.hdr(host),host_only]{} code 308 "
        "if {{ var(txn.secured) -m str yes }} !{{ ssl_fc }} !is-challenge\n",
        port == kHttps ? "" : fmt::format(":{}", port));
  }
  if (config.hsts.count() > 0) {
    rules += fmt::format(
        "  http-response set-header Strict-Transport-Security max-age={} "
        "if {{ ssl_fc }} {{ var(txn.secured) -m str yes }} "
        "!{{ res.hdr(Strict-Transport-Security) -m found }}\n",
        config.hsts.count());
  }
  return rules;
}

std::string render_challenge_backend(const HaproxyConfig& config) {
  const bool is_open = config.challenge_port != 0;
  return fmt::format("\nbackend acme\n  server lego 127.0.0.1:{}{}\n",
                     is_open ? config.challenge_port : 1, is_open ? "" : " disabled");
}

std::string certificate_file(const std::string& host) {
  std::string name = host;
  std::ranges::replace(name, '*', '_');
  return fmt::format("{}/{}.pem", kCertificateFolder, name);
}

std::string render_certificate_list(const std::filesystem::path& folder,
                                    const HostCertificates& certificates) {
  std::string text;
  for (const auto& [host, pem] : certificates.by_host) {
    text += fmt::format("{} {}\n", (folder / certificate_file(host)).string(), host);
  }
  return text;
}

std::string render_secured_map(const HostCertificates& certificates) {
  std::string text;
  for (const auto& [host, pem] : certificates.by_host) {
    text += host + " yes\n";
  }
  return text;
}

}  // namespace minpaas::router
