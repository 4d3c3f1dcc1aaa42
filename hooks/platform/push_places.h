#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/service/platform.h"

namespace minpaas::hooks {

/// The bare repositories of the apps, and which of them pushes are at work in. A push to a name
/// that is free gets its repository before it is known whether there will be an app: when none was
/// made by the end of the last such push, the repository goes too. Thread: any.
class PushPlaces {
 public:
  explicit PushPlaces(const PipelineParts& parts) : parts_(parts) {}

  /// Makes the repository where there is none, also that of an app which a crash kept from being
  /// made. HEAD of a new one is `branch`.
  Result<void> make(const AppName& name, std::string_view branch);
  /// Runs `change`, with no push and no fetch at work under either name until it is done. Errors:
  /// Busy (there is one, or an earlier rename is unfinished), those of `change`.
  Result<void> rename(const AppName& name, const AppName& to,
                      const std::function<Result<void>()>& change);
  /// As `make`, and the repository stays as long as the hold does. The places must outlive it.
  /// Errors: also Busy (where the repository of the name is, an unfinished rename leaves open).
  Result<std::unique_ptr<PushHold>> hold(const AppName& name, std::string_view branch);

 private:
  class Hold;

  Result<void> make_locked(const AppName& name, std::string_view branch);
  void release(const AppName& name);

  const PipelineParts& parts_;
  /// Held while a repository is made or removed: whoever comes second finds it whole, or gone.
  std::mutex mutex_;
  std::map<AppName, int> holds_;
};

}  // namespace minpaas::hooks
