#pragma once

#include <functional>

#include "hooks/access/app_access.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/service/checks.h"

namespace minpaas::hooks {

class LocalChecks : public Checks {
 public:
  /// `changed` is told of each change.
  LocalChecks(const PipelineParts& parts, state::CheckStore& store, AppAccess& access,
              std::function<void()> changed = {})
      : parts_(parts), store_(store), access_(access), changed_(std::move(changed)) {}

  Result<std::vector<CheckReport>> report(const Actor& actor, const AppName& name) override;
  Result<void> set(const Actor& actor, const AppName& name, const ProcessType& type,
                   const CheckChange& change) override;

 private:
  const PipelineParts& parts_;
  state::CheckStore& store_;
  AppAccess& access_;
  std::function<void()> changed_;
};

}  // namespace minpaas::hooks
