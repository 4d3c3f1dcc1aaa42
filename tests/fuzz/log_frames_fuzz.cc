#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/docker/log_frames.h"

namespace {

using minpaas::docker::LogLine;

struct Read {
  std::vector<LogLine> lines;
  bool broken = false;
};

Read read_in_pieces(std::string_view bytes, std::size_t piece) {
  Read read;
  const minpaas::docker::LogSink sink = [&](const LogLine& line) {
    read.lines.push_back(line);
    return true;
  };
  minpaas::docker::LogFrames frames(sink);
  for (std::size_t at = 0; at < bytes.size() && frames.feed(bytes.substr(at, piece)); at += piece) {
  }
  frames.finish();
  read.broken = frames.broken();
  return read;
}

bool same(const LogLine& a, const LogLine& b) {
  return a.at == b.at && a.stream == b.stream && a.text == b.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read_in_pieces(bytes, size + 1);
  const Read pieces = read_in_pieces(bytes, 5);
  // How the network cuts the stream changes nothing.
  if (whole.broken != pieces.broken ||
      !std::equal(whole.lines.begin(), whole.lines.end(), pieces.lines.begin(), pieces.lines.end(),
                  same)) {
    std::abort();
  }
  return 0;
}
