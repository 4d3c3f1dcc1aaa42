#include "core/docker/output_lines.h"

#include <algorithm>
#include <utility>

#include "core/base/text_cut.h"

namespace minpaas::docker {
namespace {

constexpr std::size_t kMostLineBytes = 64UL << 10;

}  // namespace

/// `goes_on` stands behind it where it is not the end of its line.
void OutputLines::give(std::string_view goes_on, const OnLine& on_line) {
  const std::string whole = std::exchange(partial_, {});
  std::string_view line = whole;
  while (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const auto redrawn = line.rfind('\r');
  const bool continues = std::exchange(continues_, !goes_on.empty()) && redrawn == line.npos;
  std::string given(continues ? kTextGoesOn : "");
  given += redrawn == line.npos ? line : line.substr(redrawn + 1);
  on_line(given += goes_on);
}

void OutputLines::feed(std::string_view piece, const OnLine& on_line) {
  while (!piece.empty()) {
    if (partial_.size() == kMostLineBytes && piece.front() != '\n') {
      give(kTextGoesOn, on_line);
    }
    const auto room = kMostLineBytes - partial_.size();
    const auto end = piece.substr(0, room + 1).find('\n');
    const auto taken = piece.substr(0, std::min(end, room));
    partial_ += taken;
    piece.remove_prefix(taken.size());
    if (end != piece.npos) {
      piece.remove_prefix(1);
      give("", on_line);
    }
  }
}

void OutputLines::finish(const OnLine& on_line) {
  if (!partial_.empty()) {
    give("", on_line);
  }
}

}  // namespace minpaas::docker
