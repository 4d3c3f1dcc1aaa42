#include "core/docker/attach_frames.h"

#include <algorithm>

namespace minpaas::docker {

Result<void> AttachFrames::read_header() {
  const auto kind = std::to_integer<int>(header_[0]);
  const bool zeros = std::all_of(header_.begin() + 1, header_.begin() + 4,
                                 [](std::byte byte) { return byte == std::byte{0}; });
  if (kind < 1 || kind > 2 || !zeros) {
    return Error{ErrorCode::Corrupt, "the Docker Engine sent output that cannot be read", "", ""};
  }
  stream_ = kind == 1 ? LogStream::Out : LogStream::Err;
  for (std::size_t i = 4; i < header_.size(); ++i) {
    left_ = left_ << 8U | std::to_integer<std::size_t>(header_[i]);
  }
  header_bytes_ = 0;
  return {};
}

Result<std::optional<ProgramOutput>> AttachFrames::next(std::span<const std::byte>& bytes) {
  while (left_ == 0 && !bytes.empty()) {
    header_[header_bytes_++] = bytes.front();
    bytes = bytes.subspan(1);
    if (header_bytes_ == header_.size()) {
      TRY(read_header());
    }
  }
  if (bytes.empty()) {
    return std::optional<ProgramOutput>();
  }
  const auto piece = bytes.first(std::min(left_, bytes.size()));
  bytes = bytes.subspan(piece.size());
  left_ -= piece.size();
  return std::optional(ProgramOutput{stream_, piece});
}

}  // namespace minpaas::docker
