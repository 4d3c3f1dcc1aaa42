#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/app/release.h"
#include "core/state/database.h"
#include "core/state/page.h"

namespace minpaas::state {

/// What becomes of the app's containers when a release goes live, beside those made for it.
struct Succession {
  /// Ids of containers that go on and belong to it from then on.
  std::vector<std::string> kept;
  /// A stopped app stays so; else it runs from then on.
  bool stays_stopped = false;
  /// What the app's setting `runtime` is from then on (empty: detected); absent: as it was.
  std::optional<std::string> runtime = std::nullopt;
};

/// Of a live release, what a list of apps shows.
struct LiveSummary {
  ReleaseNumber number{1};
  std::string runtime;
  /// Its formation has a process at least.
  bool wants_containers = false;
  /// Its formation has none of web.
  bool is_without_web = false;
  /// Ids of its containers that say whether the app serves: those of web, or of every process type
  /// when it is without web.
  std::vector<std::string> serving;
};

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
  /// Of every app that has one, by the id of its row; two queries, however many apps there are.
  Result<std::unordered_map<std::int64_t, LiveSummary>> all_live();
  /// The newest one before the live release that was live once; absent when there is none.
  Result<std::optional<Release>> before_live(const AppName& app);
  /// Newest first.
  Result<std::vector<Release>> list(const AppName& app, Page page);
  /// In one transaction: `number` becomes live, the one that was live becomes superseded, and rows
  /// of containers change hands. This commit is the moment a release is live. Errors: NotFound,
  /// Conflict (`number` is not pending).
  Result<void> make_live(const AppName& app, ReleaseNumber number,
                         const Succession& succession = {});
  /// In one transaction: the live release runs in the containers that `deploy` made for it. The app
  /// is not stopped any more, the rows of the `retired` ones are gone, and the deploy has a
  /// release. Errors: NotFound.
  Result<void> renew(const AppName& app, std::int64_t deploy,
                     const std::vector<std::string>& retired);
  /// Errors: NotFound, Conflict (`number` is not pending).
  Result<void> mark_failed(const AppName& app, ReleaseNumber number);
  /// Image ids of all releases of the app that are live or superseded, newest first, each once.
  Result<std::vector<ImageId>> images(const AppName& app);

 private:
  Database& database_;
};

}  // namespace minpaas::state
