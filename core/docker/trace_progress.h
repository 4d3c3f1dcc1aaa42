#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/docker/build_trace.h"
#include "core/docker/engine.h"
#include "core/docker/output_lines.h"

namespace minpaas::docker {

/// Turns BuildKit's graph into the steps of a Dockerfile, `[2/5] COPY . .`, each with its lines and
/// its time; BuildKit's own vertices stay hidden. Steps of a multi-stage build can run at the same
/// time: a line of a step that is not the latest begins with that step's bracket. Thread: one.
class TraceProgress {
 public:
  explicit TraceProgress(BuildObserver& observer) : observer_(observer) {}

  void take(const TraceStatus& status);
  /// Gives what was held back: the time of the last step, lines without end.
  void finish();

  /// The step that failed and why, in the engine's words; absent when none did.
  struct Failure {
    std::string step;
    std::string words;
  };

  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

 private:
  struct Step {
    std::string name;
    bool shown = false;
    bool cached = false;
    std::optional<SystemTime> running_since;
    milliseconds took{0};
    OutputLines out;
    OutputLines err;
  };

  void take(const TraceVertex& vertex);
  void take(const TraceLog& log);
  void show(const std::string& digest, Step& step);
  void line(const std::string& digest, std::string_view text);
  void complete(const std::string& digest, Step& step, const TraceVertex& vertex);
  void flush_done();

  BuildObserver& observer_;
  std::map<std::string, Step> steps_;
  /// Digest of the step that was shown last.
  std::string latest_;
  /// A completed step whose time is told once it is sure that it does not start again.
  std::string completed_;
  std::optional<Failure> failure_;
};

/// Whether a vertex is an instruction of the Dockerfile: `[2/5] COPY`, `[build 1/3] RUN`.
bool is_dockerfile_step(std::string_view name);

}  // namespace minpaas::docker
