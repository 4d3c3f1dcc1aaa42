#include "hooks/local_platform.h"

namespace minpaas::hooks {

Result<void> LocalPlatform::logs(const Actor& actor, const AppName& name, const LogQuery& query,
                                 const AppLogSink& sink, std::stop_token gone) {
  TRY(access_.find(actor, name, AppRight::Read));
  return tasks_.logs(name, query, sink, std::move(gone));
}

Result<std::vector<state::KeyRow>> LocalPlatform::keys(const Actor& actor) {
  TRY(require_admin(actor));
  return keys_.list();
}

Result<state::KeyRow> LocalPlatform::add_key(const Actor& actor, const std::string& name,
                                             std::string_view public_key) {
  TRY(require_admin(actor));
  return keys_.add(actor, name, public_key);
}

Result<void> LocalPlatform::remove_key(const Actor& actor, const std::string& fingerprint) {
  TRY(require_admin(actor));
  return keys_.remove(fingerprint);
}

Result<std::vector<DoctorFinding>> LocalPlatform::doctor(const Actor& actor) {
  TRY(require_admin(actor));
  return tasks_.doctor();
}

}  // namespace minpaas::hooks
