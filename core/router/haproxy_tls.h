#pragma once

#include <string>
#include <string_view>

#include "core/router/haproxy_config.h"
#include "core/router/host_certificates.h"

/// The lines for HTTPS and for ACME challenges in HAProxy's configuration file, and the text of the
/// files that they name. Pure.
namespace minpaas::router {

/// Certificates of host names, one file each; the file of all others; which names have one.
inline constexpr std::string_view kCertificateFolder = "certs";
inline constexpr std::string_view kFallbackCertificate = "certs/default.pem";
inline constexpr std::string_view kCertificateList = "certs.list";
inline constexpr std::string_view kSecuredMap = "secured.map";
/// The frontend's rule for challenges, before that for the apps.
inline constexpr std::string_view kChallengeRule =
    "  use_backend acme if is-challenge { nbsrv(acme) gt 0 }\n";
/// A backend with one server, which is there while an authority asks for the proof that a name is
/// ours.
inline constexpr std::string_view kChallengeServer = "acme/lego";

/// For the section `global`.
std::string render_tls_globals();
/// `bind` lines, without those whose ports are taken.
std::string render_tls_binds(const HaproxyConfig& config);
/// Which requests go to https. First of the frontend's rules.
std::string render_tls_rules(const HaproxyConfig& config);
std::string render_challenge_backend(const HaproxyConfig& config);

/// `certs/www.example.com.pem`: of a host name, without its folder.
std::string certificate_file(const std::string& host);
/// Lines `FILE NAME`: which name a certificate is shown for (HAProxy's crt-list).
std::string render_certificate_list(const std::filesystem::path& folder,
                                    const HostCertificates& certificates);
/// Lines `NAME yes`.
std::string render_secured_map(const HostCertificates& certificates);

}  // namespace minpaas::router
