#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/app/app_name.h"
#include "core/app/formation.h"
#include "core/app/manifest.h"
#include "core/app/oid.h"
#include "core/app/procfile.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas {

/// The N of vN, from 1.
class ReleaseNumber {
 public:
  /// `v12` or `12`. Errors: InvalidInput.
  static Result<ReleaseNumber> parse(std::string_view text);

  explicit ReleaseNumber(int value) : value_(value) {}

  [[nodiscard]] int value() const { return value_; }

  /// `v12`
  [[nodiscard]] std::string str() const;

  auto operator<=>(const ReleaseNumber&) const = default;

 private:
  int value_;
};

/// An image by the engine's id, `sha256:...`. Never a tag, which can move.
struct ImageId {
  std::string value;
  auto operator<=>(const ImageId&) const = default;
};

/// pending: made, its processes are being started and checked. live: serves. superseded: served
/// once. failed: never went live. Legal moves: pending -> live | failed, live -> superseded.
enum class ReleaseState { Pending, Live, Superseded, Failed };
std::string_view to_string(ReleaseState state);
Result<ReleaseState> parse_release_state(std::string_view text);
bool may_move(ReleaseState from, ReleaseState to);

/// Image + config + process types + manifest, numbered, never changed but for its state.
struct Release {
  AppName app;
  ReleaseNumber number;
  ReleaseState state = ReleaseState::Pending;
  ImageId image;
  /// What was built; absent for an image that came from elsewhere.
  std::optional<Oid> commit;
  int config_version = 0;
  std::string runtime;
  /// Port on which the web process listens inside its container.
  int internal_port = 0;
  ProcessCommands processes;
  Formation formation;
  /// `Deploy 1a2b3c4`, `Set DEBUG`, `Restart`.
  std::string description;
  /// Name of the user who made it.
  std::string actor;
  SystemTime created_at;
  /// What the repository says besides, in its app.json.
  Manifest manifest = {};
};

}  // namespace minpaas
