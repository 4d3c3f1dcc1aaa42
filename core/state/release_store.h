#pragma once

#include <optional>
#include <vector>

#include "core/app/release.h"
#include "core/state/database.h"

namespace minpaas::state {

/// Releases are rows that never change but for their state. Thread: any.
class ReleaseStore {
 public:
  explicit ReleaseStore(Database& database) : database_(database) {}

  /// Stores `release` as pending with the app's next number (its own `number` is ignored).
  Result<Release> add(const Release& release);
  /// Errors: NotFound.
  Result<Release> get(const AppName& app, ReleaseNumber number);
  /// The release that serves; absent before the first one.
  Result<std::optional<Release>> live(const AppName& app);
  /// The newest one before the live release that was live once; absent when there is none.
  Result<std::optional<Release>> before_live(const AppName& app);
  /// Newest first.
  Result<std::vector<Release>> list(const AppName& app, int most);
  /// In one transaction: `number` becomes live and the one that was live becomes superseded. This
  /// commit is the moment a release is live. Errors: NotFound, Conflict (`number` is not pending).
  Result<void> make_live(const AppName& app, ReleaseNumber number);
  /// Errors: NotFound, Conflict (`number` is not pending).
  Result<void> mark_failed(const AppName& app, ReleaseNumber number);
  /// Image ids of all releases of the app that are live or superseded, newest first, each once.
  Result<std::vector<ImageId>> images(const AppName& app);

 private:
  Database& database_;
};

}  // namespace minpaas::state
