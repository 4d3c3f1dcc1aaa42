#include "core/router/request_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace minpaas::router {
namespace {

/// Four times what HAProxy is told.
constexpr std::size_t kLongestLine = 4096;

}  // namespace

void RequestBatch::feed(std::string_view bytes, const RequestNames& names) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const bool is_whole = end != std::string_view::npos;
    begun_ += bytes.substr(0, std::min(end, kLongestLine + 1));
    skips_ = skips_ || begun_.size() > kLongestLine;
    if (is_whole && !skips_) {
      add(begun_, names);
    }
    if (is_whole || skips_) {
      begun_.clear();
    }
    skips_ = skips_ && !is_whole;
    bytes.remove_prefix(is_whole ? end + 1 : bytes.size());
  }
}

void RequestBatch::add(std::string_view line, const RequestNames& names) {
  const auto request = parse_request(line, names);
  if (!request) {
    return;
  }
  Count& count = counts_[request->app];
  count.last = std::max(count.last, request->at);
  if (count.kept == kMostRequestsPerApp || lines_.size() == kMostRequests) {
    ++count.left_out;
    return;
  }
  ++count.kept;
  lines_.push_back({request->app, request->at, request_text(*request, names)});
}

std::vector<RequestLine> RequestBatch::take() {
  for (const auto& [app, count] : std::exchange(counts_, {})) {
    if (count.left_out > 0) {
      lines_.push_back({app, count.last,
                        fmt::format("{} more requests at this time, not shown", count.left_out)});
    }
  }
  std::ranges::stable_sort(lines_, {}, &RequestLine::at);
  return std::exchange(lines_, {});
}

}  // namespace minpaas::router
