#include "tests/support/fake_maintenance.h"

#include "hooks/service/platform.h"

namespace minpaas::test {

Result<bool> FakeMaintenance::set(const Actor& actor, const AppName& name, router::Shown shown) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  return shown == router::Shown::Page ? apps_.insert(name).second : apps_.erase(name) > 0;
}

}  // namespace minpaas::test
