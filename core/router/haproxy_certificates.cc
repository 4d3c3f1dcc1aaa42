#include "core/router/haproxy_certificates.h"

#include <fmt/format.h>

#include <set>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/router/haproxy_tls.h"

namespace minpaas::router {
namespace {

constexpr mode_t kPrivate = 0600;
constexpr std::size_t kMostListBytes = 16 << 20;
constexpr std::size_t kMostPemBytes = 1 << 20;
/// HAProxy takes a command of tune.bufsize (16 kB) less what it reserves.
constexpr std::size_t kMostCommandBytes = 14 * 1024;

Error refused(std::string_view what, std::string_view answer) {
  return {ErrorCode::Failed, "HAProxy refused a change of its certificates", "",
          fmt::format("{}: {}", what, trim(answer))};
}

/// Absent when there is no such file.
Result<std::string> read_if_there(const std::filesystem::path& path, std::size_t most) {
  auto text = read_file(path, most);
  return !text && text.error().code == ErrorCode::NotFound ? Result<std::string>(std::string())
                                                           : text;
}

Result<void> command(const HaproxyCli& cli, int worker, const std::string& text,
                     std::string_view expected) {
  const std::string answer = TRY(cli.ask_worker(worker, text));
  return answer.find(expected) != std::string::npos
             ? Result<void>()
             : refused(text.substr(0, text.find('\n')), answer);
}

/// Names in the second column: `FILE NAME`, `FILE:LINE NAME`.
std::set<std::string> hosts_in(std::string_view list) {
  std::set<std::string> hosts;
  for (const std::string_view line : split(list, '\n')) {
    const auto blank = line.find(' ');
    if (!line.starts_with('#') && blank != std::string_view::npos) {
      hosts.emplace(trim(line.substr(blank)));
    }
  }
  return hosts;
}

bool differs(const HostCertificates& before, const std::string& host, const Secret& pem) {
  const auto known = before.by_host.find(host);
  return known == before.by_host.end() || known->second != pem;
}

}  // namespace

std::string HaproxyCertificates::path(std::string_view name) const {
  return (folder_ / name).string();
}

bool HaproxyCertificates::is_ready() const {
  std::error_code ignored;
  return std::filesystem::exists(path(kFallbackCertificate), ignored);
}

Result<HostCertificates> HaproxyCertificates::read() const {
  HostCertificates found;
  found.fallback = Secret(TRY(read_if_there(path(kFallbackCertificate), kMostPemBytes)));
  const std::string list = TRY(read_if_there(path(kCertificateList), kMostListBytes));
  for (const std::string& host : hosts_in(list)) {
    found.by_host[host] = Secret(TRY(read_if_there(path(certificate_file(host)), kMostPemBytes)));
  }
  return found;
}

/// A file is there before the list names it, and goes after the list has forgotten it: HAProxy
/// would not start with a list that names what is not there.
Result<void> HaproxyCertificates::write(const HostCertificates& certificates) const {
  const HostCertificates before = TRY(read());
  TRY(make_folder(path(kCertificateFolder), 0700));
  if (before.fallback != certificates.fallback) {
    TRY(write_file_atomically(path(kFallbackCertificate), certificates.fallback.reveal(),
                              kPrivate));
  }
  for (const auto& [host, pem] : certificates.by_host) {
    if (differs(before, host, pem)) {
      TRY(write_file_atomically(path(certificate_file(host)), pem.reveal(), kPrivate));
    }
  }
  TRY(write_file_atomically(path(kCertificateList), render_certificate_list(folder_, certificates),
                            kPrivate));
  TRY(write_file_atomically(path(kSecuredMap), render_secured_map(certificates), kPrivate));
  for (const auto& [host, pem] : before.by_host) {
    if (!certificates.by_host.contains(host)) {
      std::error_code ignored;
      std::filesystem::remove(path(certificate_file(host)), ignored);
    }
  }
  return {};
}

Result<void> HaproxyCertificates::apply(const HaproxyCli& cli, int worker,
                                        const HostCertificates& before,
                                        const HostCertificates& wanted) const {
  const std::string listing =
      TRY(cli.ask_worker(worker, "show ssl crt-list -n " + path(kCertificateList)));
  if (!listing.starts_with('#') && !trim(listing).empty()) {
    return refused("show ssl crt-list", listing);
  }
  const std::set<std::string> present = hosts_in(listing);
  if (before.fallback != wanted.fallback) {
    TRY(put(cli, worker, path(kFallbackCertificate), wanted.fallback));
  }
  for (const auto& [host, pem] : wanted.by_host) {
    const bool is_new = !present.contains(host);
    if (is_new) {
      // Refused when an attempt that was cut off has made it: then it is filled now.
      TRY(cli.ask_worker(worker, "new ssl cert " + path(certificate_file(host))));
    }
    if (is_new || differs(before, host, pem)) {
      TRY(put(cli, worker, path(certificate_file(host)), pem));
    }
    if (is_new) {
      TRY(list(cli, worker, host));
    }
  }
  for (const std::string& host : present) {
    if (!wanted.by_host.contains(host)) {
      TRY(forget(cli, worker, host));
    }
  }
  return {};
}

Result<void> HaproxyCertificates::put(const HaproxyCli& cli, int worker, const std::string& file,
                                      const Secret& pem) const {
  const std::string text = fmt::format("set ssl cert {} <<\n{}", file, pem.reveal());
  if (text.size() > kMostCommandBytes) {
    return refused("set ssl cert", "longer than a command may be");
  }
  const auto set = command(cli, worker, text, "Transaction");
  auto done = set ? command(cli, worker, "commit ssl cert " + file, "Success") : set;
  if (!done) {
    TRY(cli.ask_worker(worker, "abort ssl cert " + file));
  }
  return done;
}

Result<void> HaproxyCertificates::list(const HaproxyCli& cli, int worker,
                                       const std::string& host) const {
  TRY(command(cli, worker,
              fmt::format("add ssl crt-list {} <<\n{} {}\n", path(kCertificateList),
                          path(certificate_file(host)), host),
              "Success"));
  // A second entry of one name would outlive the first.
  TRY(cli.ask_worker(worker, fmt::format("del map {} {}", path(kSecuredMap), host)));
  TRY(cli.ask_worker(worker, fmt::format("add map {} {} yes", path(kSecuredMap), host)));
  return {};
}

Result<void> HaproxyCertificates::forget(const HaproxyCli& cli, int worker,
                                         const std::string& host) const {
  TRY(cli.ask_worker(worker, fmt::format("del map {} {}", path(kSecuredMap), host)));
  const std::string file = path(certificate_file(host));
  TRY(command(cli, worker, fmt::format("del ssl crt-list {} {}", path(kCertificateList), file),
              "deleted"));
  return command(cli, worker, "del ssl cert " + file, "deleted");
}

}  // namespace minpaas::router
