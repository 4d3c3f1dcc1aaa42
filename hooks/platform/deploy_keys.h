#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "core/git/remote_fetch.h"
#include "core/state/deploy_key_store.h"
#include "hooks/pipeline/pipeline_parts.h"

namespace minpaas::hooks {

/// A deploy key in files, for as long as ssh needs it there. What it then knows of servers is kept
/// with `keep`.
class KeyFiles {
 public:
  virtual ~KeyFiles() = default;
  [[nodiscard]] virtual git::SshIdentity identity() const = 0;
  /// Stores the keys of servers that ssh has learned.
  virtual Result<void> keep() = 0;
};

/// The keys of apps for repositories elsewhere, made by ssh-keygen when first asked for. Thread:
/// any.
class DeployKeys {
 public:
  DeployKeys(const PipelineParts& parts, state::DeployKeyStore& store)
      : parts_(parts), store_(store) {}

  /// Makes it when the app has none. Errors: NotFound (no such app), Failed (ssh-keygen).
  Result<state::DeployKeyRow> provide(const AppName& app);
  /// A new one in place of the old one.
  Result<state::DeployKeyRow> renew(const AppName& app);
  Result<void> forget_hosts(const AppName& app);
  /// Errors: NotFound (the app has no key).
  Result<std::unique_ptr<KeyFiles>> files(const AppName& app);
  /// Removes what a crash left. At the start.
  void sweep();

 private:
  class Files;

  [[nodiscard]] std::filesystem::path folder() const;
  Result<state::DeployKeyRow> make(const AppName& app);

  const PipelineParts& parts_;
  state::DeployKeyStore& store_;
  /// Two first questions make one key.
  std::mutex making_;
};

}  // namespace minpaas::hooks
