#include "hooks/local_platform.h"

namespace minpaas::hooks {
namespace {

/// How long a follower of logs may go on after their right was taken away.
constexpr seconds kLookAgain{5};

}  // namespace

Result<void> LocalPlatform::logs(const Actor& actor, const AppName& name, const LogQuery& query,
                                 const AppLogSink& sink, std::stop_token gone) {
  TRY(access_.find(actor, name, AppRight::Read));
  auto looked_at = parts_.clock.steady();
  // A follower whose right was taken away sees no more.
  const auto to_those_who_may = [&](SystemTime at, std::string_view source, std::string_view text) {
    if (const auto now = parts_.clock.steady(); now - looked_at >= kLookAgain) {
      looked_at = now;
      if (!access_.find(actor, name, AppRight::Read)) {
        return false;
      }
    }
    return sink(at, source, text);
  };
  return tasks_.logs(name, query, to_those_who_may, std::move(gone));
}

Result<std::vector<DoctorFinding>> LocalPlatform::doctor(const Actor& actor) {
  TRY(require_admin(actor));
  return tasks_.doctor();
}

}  // namespace minpaas::hooks
