#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/router/request_line.h"
#include "core/router/router.h"

namespace minpaas::router {

/// Of one batch, so that nobody is told more than can be read or kept.
inline constexpr std::size_t kMostRequestsPerApp = 250;
inline constexpr std::size_t kMostRequests = 4000;

/// Requests that were read from HAProxy's log and nobody was told of yet. What is beyond its bounds
/// is counted. Thread: one.
class RequestBatch {
 public:
  /// The next bytes of the log, cut anywhere.
  void feed(std::string_view bytes, const RequestNames& names);

  [[nodiscard]] bool empty() const { return counts_.empty(); }

  /// All of them in order of their end; for each app that had too many, a line says how many are
  /// left out. A line that has not ended yet stays for the next batch.
  std::vector<RequestLine> take();

 private:
  struct Count {
    std::size_t kept = 0;
    std::size_t left_out = 0;
    SystemTime last = {};
  };

  void add(std::string_view line, const RequestNames& names);

  std::vector<RequestLine> lines_;
  std::map<AppName, Count> counts_;
  /// The begin of a line.
  std::string begun_;
  /// Whether the line that has begun is too long to be one.
  bool skips_ = false;
};

}  // namespace minpaas::router
