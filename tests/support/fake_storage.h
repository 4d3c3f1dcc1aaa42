#pragma once

#include "hooks/service/platform.h"

namespace minpaas::test {

/// Storage in memory. Thread: one at a time.
class FakeStorage : public hooks::Storage {
 public:
  FakeStorage(hooks::Platform& platform, const Clock& clock) : platform_(platform), clock_(clock) {}

  Result<std::vector<state::VolumeRow>> of_app(const Actor& actor, const AppName& name) override;
  Result<std::vector<state::VolumeRow>> all(const Actor& actor) override;
  Result<hooks::DeployOutcome> mount(const Actor& actor, const AppName& name,
                                     const StorageMount& mount,
                                     const hooks::Follow& follow) override;
  Result<hooks::DeployOutcome> unmount(const Actor& actor, const AppName& name,
                                       const StorageName& storage,
                                       const hooks::Follow& follow) override;
  Result<void> remove(const Actor& actor, const std::string& volume) override;

  /// The app was destroyed.
  void leave(const AppName& name, bool with_storage);

 private:
  hooks::Platform& platform_;
  const Clock& clock_;
  std::vector<state::VolumeRow> volumes_;
};

}  // namespace minpaas::test
