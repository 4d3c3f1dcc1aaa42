#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/docker/classic_progress.h"
#include "core/docker/engine.h"
#include "core/docker/trace_progress.h"

namespace minpaas::docker {

/// The answer of POST /build, a JSON message a line, from either builder. Thread: one.
class BuildStream {
 public:
  BuildStream(BuildObserver& observer, ClassicProgress::Now now)
      : trace_(observer), classic_(observer, std::move(now)) {}

  /// Lines that are no JSON, or a trace that cannot be read, are remembered as Corrupt.
  void take(std::string_view line);

  /// Gives what was held back, and tells how the build ended. Errors: Failed (a step; the message
  /// names it), NoSpace, Corrupt, and Unavailable when the stream broke off.
  Result<ImageId> finish();

 private:
  Result<void> read(std::string_view line);
  Error failure() const;

  TraceProgress trace_;
  ClassicProgress classic_;
  std::optional<std::string> error_words_;
  std::optional<Error> corrupt_;
  ImageId image_;
};

}  // namespace minpaas::docker
