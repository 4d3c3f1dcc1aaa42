#pragma once

#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/certs/certificate.h"
#include "core/state/certificate_store.h"

/// The rules about certificates of host names. Pure.
namespace minpaas::hooks {

/// A certificate of the app as it is kept.
state::CertificateRow to_row(const AppName& app, state::CertificateSource source,
                             const certs::Certificate& certificate, SystemTime now);

/// Which of an app's certificates visitors of the host see; null: none stands for it. One that is
/// valid before one that is not, then what a person has sent, then the newest.
const state::CertificateRow* choose_certificate(const std::vector<state::CertificateRow>& rows,
                                                std::string_view host, SystemTime now);

bool is_valid_at(const state::CertificateRow& row, SystemTime now);

/// `renew_before` its end; of one that is fetched, at half its life when that is later.
SystemTime renewal_time(const state::CertificateRow& row, seconds renew_before);

/// Until the authority is asked again after so many failures on end: minutes first, a day at last.
seconds retry_pause(int failures);

enum class Proof { ByHttp, ByDns };

/// Whether an authority can be shown that the host is ours: a name that others can resolve; `*`
/// only in the DNS.
bool can_be_proved(std::string_view host, Proof proof);

}  // namespace minpaas::hooks
