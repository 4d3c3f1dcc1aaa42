#include "hooks/routing/local_maintenance.h"

#include <fmt/format.h>

#include "core/base/log.h"

namespace minpaas::hooks {

using router::Shown;

Result<bool> LocalMaintenance::set(const Actor& actor, const AppName& name, Shown shown) {
  const std::scoped_lock turn(turn_);
  const auto row = TRY(access_.find_open(actor, name, AppRight::Deploy));
  const bool wanted = shown == Shown::Page;
  if (!router_.serves_names() && wanted) {
    return Error{
        ErrorCode::Conflict, "this server has no maintenance page: its router is not HAProxy",
        fmt::format("ps:stop {} stops the app; or set [router] kind = haproxy", name.str()), ""};
  }
  TRY(apps_.set_maintenance(name, wanted));
  const auto told = router_.serves_names() ? router_.set_maintenance(name, shown) : Result<void>();
  if (!told) {
    TRY(apps_.set_maintenance(name, row.maintenance));
    return told.error();
  }
  if (row.maintenance != wanted) {
    log::info("{} {} the maintenance of {}", actor.name, wanted ? "began" : "ended", name.str());
    lifecycle_.tell(name, fmt::format("maintenance {} (by {})", wanted ? "on" : "off", actor.name));
  }
  return row.maintenance != wanted;
}

Result<void> LocalMaintenance::prepare() {
  if (!router_.serves_names()) {
    return {};
  }
  const std::scoped_lock turn(turn_);
  for (const state::AppRow& row : TRY(apps_.list())) {
    TRY(router_.set_maintenance(row.name, row.maintenance ? Shown::Page : Shown::App));
  }
  return {};
}

}  // namespace minpaas::hooks
