#pragma once

#include "hooks/access/app_access.h"
#include "hooks/programs/cron_runner.h"
#include "hooks/service/cron.h"

namespace minpaas::hooks {

class LocalCron : public Cron {
 public:
  LocalCron(const PipelineParts& parts, AppAccess& access, CronRunner& runner)
      : parts_(parts), access_(access), runner_(runner) {}

  Result<std::vector<CronReport>> list(const Actor& actor, const AppName& name) override;
  Result<std::vector<state::CronRun>> history(const Actor& actor, const AppName& name,
                                              const std::optional<std::string>& id,
                                              state::Page page) override;
  Result<ProgramOutcome> run(const Actor& actor, const AppName& name, const std::string& id,
                             ExecStreams& peer) override;

 private:
  const PipelineParts& parts_;
  AppAccess& access_;
  CronRunner& runner_;
};

}  // namespace minpaas::hooks
