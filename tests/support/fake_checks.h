#pragma once

#include <map>

#include "hooks/service/platform.h"

namespace minpaas::test {

/// Checks in memory: every app has web alone, whose release says nothing of them. Thread: one at a
/// time.
class FakeChecks : public hooks::Checks {
 public:
  explicit FakeChecks(hooks::Platform& platform) : platform_(platform) {}

  Result<std::vector<hooks::CheckReport>> report(const Actor& actor, const AppName& name) override;
  Result<void> set(const Actor& actor, const AppName& name, const ProcessType& type,
                   const CheckChange& change) override;

 private:
  hooks::Platform& platform_;
  std::map<AppName, CheckChoices> chosen_;
};

}  // namespace minpaas::test
