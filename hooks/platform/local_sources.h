#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/base/guarded.h"
#include "core/git/archive_commit.h"
#include "hooks/access/app_access.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/platform/deploy_keys.h"
#include "hooks/queue/deploy_queue.h"
#include "hooks/service/platform.h"
#include "hooks/service/sources.h"

namespace minpaas::hooks {

/// What a deploy from elsewhere shares with a push.
struct PushDoor {
  /// Platform::open_for_push
  std::function<Result<PushPlace>(const Actor&, const AppName&)> open;
  /// Platform::create_app
  std::function<Result<AppReport>(const Actor&, const AppName&)> create;
};

class LocalSources : public Sources {
 public:
  LocalSources(const PipelineParts& parts, DeployQueue& queue, AppAccess& access, DeployKeys& keys,
               PushDoor door)
      : parts_(parts), queue_(queue), access_(access), keys_(keys), door_(std::move(door)) {}

  Result<DeployOutcome> deploy_archive(const Actor& actor, const AppName& name, ByteReader& archive,
                                       const DeployChanges& changes, const Follow& follow) override;
  Result<DeployOutcome> deploy_repository(const Actor& actor, const AppName& name,
                                          const std::string& url,
                                          const std::optional<std::string>& ref,
                                          const DeployChanges& changes,
                                          const Follow& follow) override;
  Result<DeployOutcome> deploy_image(const Actor& actor, const AppName& name,
                                     const ImageReference& image, const DeployChanges& changes,
                                     const Follow& follow) override;
  Result<DeployKey> deploy_key(const Actor& actor, const AppName& name,
                               DeployKeyChange change) override;

 private:
  /// Gives its place back when destroyed.
  class Slot;

  /// Whether the actor may, and all that can be known before anything is taken in.
  Result<PushPlace> enter(const Actor& actor, const AppName& name, DeployJob& job,
                          const DeployChanges& changes);
  Result<Slot> take_slot(const std::stop_token& gone);
  Result<git::ArchiveCommit> take_archive(const Actor& actor, const AppName& name,
                                          const std::string& folder, ByteReader& archive,
                                          const Follow& follow);
  Result<git::RemoteCommit> fetch(const AppName& name, const std::string& folder,
                                  const git::RemoteUrl& url, const std::optional<std::string>& ref,
                                  const Follow& follow);
  /// Makes the app where there is none, then deploys a commit that is in its repository.
  Result<DeployOutcome> deploy_commit(const Actor& actor, DeployJob job, const PushPlace& place,
                                      const Oid& commit, const Follow& follow);
  Result<DeployOutcome> deploy(const Actor& actor, DeployJob job, const PushPlace& place,
                               const Follow& follow);

  const PipelineParts& parts_;
  DeployQueue& queue_;
  AppAccess& access_;
  DeployKeys& keys_;
  PushDoor door_;
  /// How much is taken in at the moment: each needs memory and disk.
  Guarded<int> running_{0};
};

}  // namespace minpaas::hooks
