#include "core/docker/line_splitter.h"

namespace minpaas::docker {

bool LineSplitter::give(std::string_view line) {
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  ended_ = !line.empty() && !on_line_(line);
  return !ended_;
}

bool LineSplitter::feed(std::string_view piece) {
  while (!ended_ && !piece.empty()) {
    const auto end = piece.find('\n');
    const auto part = piece.substr(0, end);
    if (partial_.size() + part.size() > most_line_bytes_) {
      too_long_ = ended_ = true;
      break;
    }
    if (end == std::string_view::npos) {
      partial_ += part;
      break;
    }
    piece.remove_prefix(end + 1);
    if (partial_.empty()) {
      give(part);
    } else {
      partial_ += part;
      const std::string line = std::move(partial_);
      partial_.clear();
      give(line);
    }
  }
  return !ended_;
}

bool LineSplitter::finish() {
  const std::string line = std::move(partial_);
  partial_.clear();
  return ended_ ? false : give(line);
}

}  // namespace minpaas::docker
