#include "hooks/access/fresh_mask.h"
#include "hooks/platform/local_platform.h"

namespace minpaas::hooks {

Result<void> LocalPlatform::logs(const Actor& actor, const AppName& name, const LogQuery& query,
                                 const AppLogSink& sink, std::stop_token gone) {
  LogQuery of_app = query;
  of_app.label = TRY(access_.find(actor, name, AppRight::Read)).label;
  if (!parts_.settings.containers.mask_logs) {
    return tasks_.logs(name, of_app, sink, std::move(gone));
  }
  auto mask = TRY(FreshMask::make([&] { return masks_of_label(of_app.label); }, parts_.clock));
  Result<void> masked;
  const auto read = tasks_.logs(
      name, of_app,
      [&](SystemTime at, std::string_view source, std::string_view text) {
        const auto shown = mask.apply(text);
        if (!shown) {
          masked = shown.error().with_context("the values to be masked cannot be read");
        }
        return shown && sink(at, source, *shown);
      },
      std::move(gone));
  return masked ? read : masked;
}

Result<std::vector<DoctorFinding>> LocalPlatform::doctor(const Actor& actor) {
  TRY(require_admin(actor));
  return tasks_.doctor();
}

}  // namespace minpaas::hooks
