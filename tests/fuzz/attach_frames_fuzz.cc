#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "core/docker/attach_frames.h"

namespace {

using minpaas::docker::AttachFrames;
using minpaas::docker::LogStream;

struct Read {
  std::string out;
  std::string err;
  bool broken = false;
  bool complete = false;

  bool operator==(const Read&) const = default;
};

Read read_in_pieces(std::span<const std::byte> all, std::size_t piece) {
  Read read;
  AttachFrames frames;
  while (!all.empty()) {
    auto bytes = all.first(std::min(piece, all.size()));
    all = all.subspan(bytes.size());
    while (!bytes.empty()) {
      const auto output = frames.next(bytes);
      if (!output) {
        read.broken = true;
        return read;
      }
      if (*output) {
        auto& text = (*output)->stream == LogStream::Out ? read.out : read.err;
        text.append(reinterpret_cast<const char*>((*output)->bytes.data()),
                    (*output)->bytes.size());
      }
    }
  }
  read.complete = frames.between_frames();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  // How the network cuts the stream changes nothing.
  if (read_in_pieces(bytes, size + 1) != read_in_pieces(bytes, 3)) {
    std::abort();
  }
  return 0;
}
