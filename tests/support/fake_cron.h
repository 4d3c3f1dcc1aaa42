#pragma once

#include "hooks/service/platform.h"

namespace minpaas::test {

/// Cron in memory: every app has one entry, 3f9c2a, that says a line and exits with 3. Thread: one
/// at a time.
class FakeCron : public hooks::Cron {
 public:
  FakeCron(hooks::Platform& platform, const Clock& clock) : platform_(platform), clock_(clock) {}

  Result<std::vector<hooks::CronReport>> list(const Actor& actor, const AppName& name) override;
  Result<std::vector<state::CronRun>> history(const Actor& actor, const AppName& name,
                                              const std::optional<std::string>& id,
                                              state::Page page) override;
  Result<hooks::ProgramOutcome> run(const Actor& actor, const AppName& name, const std::string& id,
                                    ExecStreams& peer) override;

 private:
  Result<void> require(const Actor& actor, const AppName& name,
                       const std::optional<std::string>& id);

  hooks::Platform& platform_;
  const Clock& clock_;
  std::vector<state::CronRun> runs_;
};

}  // namespace minpaas::test
