#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/git/pack_parser.h"

using namespace minpaas;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  git::PackLimits limits;
  limits.pack_bytes = 1 << 20;
  limits.object_bytes = 1 << 20;
  limits.objects = 1000;
  limits.expanded_bytes = 4 << 20;
  const auto bytes = std::as_bytes(std::span(data, size));
  git::PackParser whole(limits);
  const auto taken = whole.feed(bytes);
  // The same bytes in small pieces must be judged alike.
  git::PackParser pieces(limits);
  std::size_t at = 0;
  bool failed = false;
  while (at < size && !pieces.complete() && !failed) {
    const auto step = pieces.feed(bytes.subspan(at, std::min<std::size_t>(3, size - at)));
    failed = !step;
    at += step ? *step : 0;
  }
  if (failed != !taken || (taken && (*taken != at || whole.complete() != pieces.complete()))) {
    std::abort();
  }
  if (whole.objects_received() > whole.objects_total()) {
    std::abort();
  }
  return 0;
}
