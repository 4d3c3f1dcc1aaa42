#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

/// BuildKit's progress as it comes in `moby.buildkit.trace` messages: a protobuf StatusResponse
/// (buildkit api/services/control/control.proto) in base64.
namespace minpaas::docker {

/// A node of the build graph. It is sent again with each change, and may start and complete more
/// than once (a FROM first resolves, then unpacks).
struct TraceVertex {
  std::string digest = {};
  std::string name = {};
  bool cached = false;
  std::optional<SystemTime> started = std::nullopt;
  std::optional<SystemTime> completed = std::nullopt;
  std::string error = {};
};

struct TraceLog {
  /// Digest of its vertex.
  std::string vertex;
  /// 1 = standard output, 2 = standard error.
  int stream = 1;
  /// Pieces of lines.
  std::string text;
};

struct TraceStatus {
  std::vector<TraceVertex> vertices;
  std::vector<TraceLog> logs;
};

/// Errors: Corrupt.
Result<TraceStatus> decode_trace(std::string_view protobuf);
/// Errors: Corrupt.
Result<std::string> decode_base64(std::string_view text);

}  // namespace minpaas::docker
