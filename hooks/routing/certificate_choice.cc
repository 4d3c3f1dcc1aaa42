#include "hooks/routing/certificate_choice.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "core/certs/certificate.h"

namespace minpaas::hooks {
namespace {

constexpr seconds kFirstPause{5 * 60};
constexpr seconds kLastPause{24 * 3600};

bool is_address(std::string_view host) {
  return host.find_first_not_of("0123456789.") == std::string_view::npos ||
         host.find(':') != std::string_view::npos;
}

}  // namespace

bool is_valid_at(const state::CertificateRow& row, SystemTime now) {
  return row.not_before <= now && now < row.not_after;
}

state::CertificateRow to_row(const AppName& app, state::CertificateSource source,
                             const certs::Certificate& certificate, SystemTime now) {
  return {.app = app,
          .source = source,
          .names = certificate.names,
          .issuer = certificate.issuer,
          .not_before = certificate.not_before,
          .not_after = certificate.not_after,
          .fingerprint = certificate.fingerprint,
          .pem = certificate.pem,
          .created_at = now};
}

const state::CertificateRow* choose_certificate(const std::vector<state::CertificateRow>& rows,
                                                std::string_view host, SystemTime now) {
  const auto rank = [&](const state::CertificateRow& row) {
    return std::tuple(is_valid_at(row, now), row.source == state::CertificateSource::Added, row.id);
  };
  const state::CertificateRow* best = nullptr;
  for (const state::CertificateRow& row : rows) {
    if (certs::covers(row.names, host) && (best == nullptr || rank(row) > rank(*best))) {
      best = &row;
    }
  }
  return best;
}

SystemTime renewal_time(const state::CertificateRow& row, seconds renew_before) {
  if (row.source == state::CertificateSource::Added) {
    return row.not_after - renew_before;
  }
  const auto half = (row.not_after - row.not_before) / 2;
  return row.not_after - std::min<std::chrono::microseconds>(renew_before, half);
}

seconds retry_pause(int failures) {
  seconds pause = kFirstPause;
  for (int i = 1; i < failures && pause < kLastPause; ++i) {
    pause *= 2;
  }
  return std::min(pause, kLastPause);
}

bool can_be_proved(std::string_view host, Proof proof) {
  constexpr std::array<std::string_view, 4> kOnlyHere{".localhost", ".local", ".internal", ".lan"};
  if (host.starts_with("*.")) {
    return proof == Proof::ByDns && can_be_proved(host.substr(2), proof);
  }
  return host.find('.') != std::string_view::npos && !is_address(host) &&
         std::ranges::none_of(kOnlyHere, [&](std::string_view end) { return host.ends_with(end); });
}

}  // namespace minpaas::hooks
