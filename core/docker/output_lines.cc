#include "core/docker/output_lines.h"

#include <utility>

namespace minpaas::docker {
namespace {

constexpr std::size_t kMostLineBytes = 64UL << 10;

}  // namespace

void OutputLines::give(const OnLine& on_line) {
  const std::string whole = std::exchange(partial_, {});
  std::string_view line = whole;
  while (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const auto redrawn = line.rfind('\r');
  on_line(redrawn == std::string_view::npos ? line : line.substr(redrawn + 1));
}

void OutputLines::feed(std::string_view piece, const OnLine& on_line) {
  while (!piece.empty()) {
    const auto room = kMostLineBytes - partial_.size();
    const auto end = piece.substr(0, room).find('\n');
    if (end != std::string_view::npos) {
      partial_ += piece.substr(0, end);
      piece.remove_prefix(end + 1);
      give(on_line);
      continue;
    }
    const auto taken = piece.substr(0, room);
    partial_ += taken;
    piece.remove_prefix(taken.size());
    if (partial_.size() >= kMostLineBytes) {
      give(on_line);
    }
  }
}

void OutputLines::finish(const OnLine& on_line) {
  if (!partial_.empty()) {
    give(on_line);
  }
}

}  // namespace minpaas::docker
