#include "core/docker/log_frames.h"

#include <utility>

#include "core/base/text_cut.h"

namespace minpaas::docker {
namespace {

constexpr std::size_t kHeaderBytes = 8;
/// The engine cuts entries at 16 KB; what claims more is no log stream.
constexpr std::size_t kMostFrameBytes = 1UL << 20;
/// A line without end is given in pieces of about this size.
constexpr std::size_t kMostLineBytes = 64UL << 10;

std::size_t length_in(std::string_view header) {
  std::size_t length = 0;
  for (std::size_t i = 4; i < kHeaderBytes; ++i) {
    length = length << 8U | static_cast<unsigned char>(header[i]);
  }
  return length;
}

}  // namespace

bool LogFrames::feed(std::string_view piece) {
  buffer_ += piece;
  std::string_view rest = buffer_;
  while (!ended_ && rest.size() >= kHeaderBytes) {
    const char kind = rest[0];
    const std::size_t length = length_in(rest);
    if ((kind != 1 && kind != 2) || length > kMostFrameBytes) {
      broken_ = ended_ = true;
      break;
    }
    if (rest.size() < kHeaderBytes + length) {
      break;
    }
    take_frame(kind == 1 ? LogStream::Out : LogStream::Err, rest.substr(kHeaderBytes, length));
    rest.remove_prefix(kHeaderBytes + length);
  }
  buffer_.erase(0, buffer_.size() - rest.size());
  return !ended_;
}

void LogFrames::take_frame(LogStream stream, std::string_view payload) {
  Open& open = open_[stream == LogStream::Out ? 0 : 1];
  const auto space = payload.find(' ');
  if (const auto at = parse_rfc3339(payload.substr(0, space))) {
    open.at = open.begun ? open.at : *at;
    payload.remove_prefix(space == std::string_view::npos ? payload.size() : space + 1);
  }
  if (open.text.size() >= kMostLineBytes && payload != "\n") {
    give(stream, open, kTextGoesOn);
  }
  open.begun = true;
  open.text += payload;
  if (!ended_ && payload.ends_with('\n')) {
    give(stream, open, "");
  }
}

/// `goes_on` stands behind it where it is not the end of its line.
void LogFrames::give(LogStream stream, Open& open, std::string_view goes_on) {
  std::string_view text = open.text;
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  std::string given(open.continues ? kTextGoesOn : "");
  (given += text) += goes_on;
  ended_ = !sink_(LogLine{open.at, stream, std::move(given)});
  open = Open{{}, open.at, false, !goes_on.empty()};
}

void LogFrames::finish() {
  for (const LogStream stream : {LogStream::Out, LogStream::Err}) {
    Open& open = open_[stream == LogStream::Out ? 0 : 1];
    if (!ended_ && open.begun) {
      give(stream, open, "");
    }
  }
}

}  // namespace minpaas::docker
