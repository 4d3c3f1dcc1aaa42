#pragma once

#include "hooks/service/platform.h"

namespace minpaas::test {

/// Sources in memory: what is sent becomes a push of a made-up commit. Thread: one at a time.
class FakeSources : public hooks::Sources {
 public:
  explicit FakeSources(hooks::Platform& platform) : platform_(platform) {}

  /// Of the last call.
  hooks::DeployChanges last_changes;
  std::string last_archive;
  std::string last_image;
  std::string last_url;
  std::optional<std::string> last_ref;

  Result<hooks::DeployOutcome> deploy_archive(const Actor& actor, const AppName& name,
                                              ByteReader& archive,
                                              const hooks::DeployChanges& changes,
                                              const hooks::Follow& follow) override;
  Result<hooks::DeployOutcome> deploy_repository(const Actor& actor, const AppName& name,
                                                 const std::string& url,
                                                 const std::optional<std::string>& ref,
                                                 const hooks::DeployChanges& changes,
                                                 const hooks::Follow& follow) override;
  Result<hooks::DeployKey> deploy_key(const Actor& actor, const AppName& name,
                                      hooks::DeployKeyChange change) override;
  Result<hooks::DeployOutcome> deploy_image(const Actor& actor, const AppName& name,
                                            const ImageReference& image,
                                            const hooks::DeployChanges& changes,
                                            const hooks::Follow& follow) override;

 private:
  Result<hooks::DeployOutcome> deploy(const Actor& actor, const AppName& name, std::string note,
                                      const hooks::DeployChanges& changes,
                                      const hooks::Follow& follow);

  hooks::Platform& platform_;
};

}  // namespace minpaas::test
