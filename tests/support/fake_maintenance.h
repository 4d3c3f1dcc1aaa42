#pragma once

#include <set>

#include "hooks/service/maintenance.h"

namespace minpaas::hooks {
class Platform;
}

namespace minpaas::test {

/// Remembers which apps are in maintenance. Thread: one at a time.
class FakeMaintenance : public hooks::Maintenance {
 public:
  explicit FakeMaintenance(hooks::Platform& platform) : platform_(platform) {}

  Result<bool> set(const Actor& actor, const AppName& name, router::Shown shown) override;

  [[nodiscard]] bool is_on(const AppName& name) const { return apps_.contains(name); }

 private:
  hooks::Platform& platform_;
  std::set<AppName> apps_;
};

}  // namespace minpaas::test
