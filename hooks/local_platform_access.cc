#include "hooks/local_platform.h"

namespace minpaas::hooks {

Result<void> LocalPlatform::logs(const Actor& actor, const AppName& name, const LogQuery& query,
                                 const AppLogSink& sink, std::stop_token gone) {
  TRY(access_.find(actor, name, AppRight::Read));
  return tasks_.logs(name, query, sink, std::move(gone));
}

Result<std::vector<DoctorFinding>> LocalPlatform::doctor(const Actor& actor) {
  TRY(require_admin(actor));
  return tasks_.doctor();
}

}  // namespace minpaas::hooks
