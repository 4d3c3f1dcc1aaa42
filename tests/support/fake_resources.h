#pragma once

#include <map>

#include "hooks/service/platform.h"

namespace minpaas::test {

/// Limits in memory: web.1 of every app runs and takes new ones, but for memory below 64 MB, which
/// it uses. Thread: one at a time.
class FakeResources : public hooks::Resources {
 public:
  explicit FakeResources(hooks::Platform& platform) : platform_(platform) {}

  Result<hooks::ResourceReport> report(const Actor& actor, const AppName& name) override;
  Result<hooks::ResourceOutcome> set(const Actor& actor, const AppName& name,
                                     const std::optional<ProcessType>& type,
                                     const LimitChange& change) override;

 private:
  hooks::Platform& platform_;
  std::map<AppName, AppLimits> limits_;
};

}  // namespace minpaas::test
