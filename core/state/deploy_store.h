#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/oid.h"
#include "core/app/release.h"
#include "core/base/guarded.h"
#include "core/state/database.h"
#include "core/state/page.h"

namespace minpaas::state {

/// Why a deploy was asked for; it decides at which stage the deploy enters the pipeline.
enum class DeployKind { Push, Rebuild, ConfigChange, Restart, Rollback, Scale, Stop, Start, Image };
std::string_view to_string(DeployKind kind);
/// Whether it makes an image, be it from another one.
bool makes_image(DeployKind kind);

/// Stages in order. The journal row of a stage is committed before the stage's side effects.
/// Legal moves: each stage to the next one; queued to superseded or to the stage where the kind of
/// deploy enters (detecting, building, releasing, starting); releasing to switching when there is
/// nothing to start; switching to succeeded when there is nothing to retire; any unfinished one to
/// failed or cancelled.
enum class DeployStage {
  Queued,
  Detecting,
  Building,
  Releasing,
  Starting,
  Checking,
  Switching,
  Retiring,
  Succeeded,
  Failed,
  Cancelled,
  Superseded
};
std::string_view to_string(DeployStage stage);
bool is_final(DeployStage stage);
bool may_move(DeployStage from, DeployStage to);

/// One attempt to make a release live: journal row and, for those that build, build record.
struct DeployRow {
  std::int64_t id = 0;
  AppName app;
  DeployKind kind = DeployKind::Push;
  DeployStage stage = DeployStage::Queued;
  /// What is deployed; absent where the commit stays what it is.
  std::optional<Oid> commit;
  /// Ref to move when the release is live, with the value that it must still have; empty = none.
  std::string ref;
  std::optional<Oid> ref_old;
  std::optional<ReleaseNumber> release;
  /// Image that the build made (empty before), or that a Rollback needs: kept until it is finished.
  std::string image;
  /// Config version before a deploy that builds has set what its app.json wants, to go back to.
  std::optional<int> config_before;
  std::string actor;
  std::string note;
  /// A few words when it did not succeed.
  std::string reason;
  SystemTime created_at;
  std::optional<SystemTime> finished_at;
};

struct DeployEnd {
  DeployStage stage;
  std::string reason;
};

/// Thread: any.
class DeployStore {
 public:
  explicit DeployStore(Database& database) : database_(database) {}

  /// Inserts with stage Queued and returns the id.
  Result<std::int64_t> add(const DeployRow& row);
  /// Errors: NotFound.
  Result<DeployRow> get(std::int64_t id);
  /// Journals the next stage, which is not a final one. Errors: NotFound, Conflict (the move is not
  /// legal).
  Result<void> enter(std::int64_t id, DeployStage stage);
  /// Errors: NotFound, Conflict (there is no such release).
  Result<void> set_release(std::int64_t id, ReleaseNumber release);
  Result<void> set_image(std::int64_t id, const std::string& image);
  Result<void> set_build_time(std::int64_t id, std::chrono::microseconds took);
  /// Before the deploy changes the config: what to go back to.
  Result<void> set_config_before(std::int64_t id, int version);
  /// Final stage with reason and time. Errors: NotFound, Conflict (the move is not legal).
  Result<void> finish(std::int64_t id, DeployStage stage, const std::string& reason,
                      SystemTime now);
  /// How it has ended, where that could not be stored (a full disk).
  [[nodiscard]] std::optional<DeployEnd> unstored_end(std::int64_t id) const;
  /// Newest first.
  Result<std::vector<DeployRow>> list(const AppName& app, Page page);
  /// All that are not final, oldest first: what a start after a crash has to settle.
  Result<std::vector<DeployRow>> unfinished();

 private:
  Database& database_;
  Guarded<std::map<std::int64_t, DeployEnd>> unstored_;
};

/// Small facts about this installation (`instance_id`). Thread: any.
class InstanceStore {
 public:
  explicit InstanceStore(Database& database) : database_(database) {}

  /// A random id made at the first call.
  Result<std::string> instance_id();

 private:
  Database& database_;
};

}  // namespace minpaas::state
