#include "http/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace minpaas::http {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A line of a command is never longer; what is, is cut into several.
constexpr std::size_t kMostLineBytes = 1024 * 1024;

}  // namespace

std::string format_event(std::string_view event, std::string_view id, std::string_view data) {
  std::string text = id.empty() ? "" : fmt::format("id: {}\n", id);
  text += fmt::format("event: {}\n", event);
  for (const std::string_view line : split(data, '\n')) {
    text += fmt::format("data: {}\n", line);
  }
  return text + "\n";
}

Result<void> LineWriter::write(std::span<const std::byte> bytes) {
  rest_ += text_of(bytes);
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    if (!sink_(std::string_view(rest_).substr(begin, end - begin))) {
      return Error{ErrorCode::Disconnected, "the peer is gone", "", ""};
    }
    begin = end + 1;
  }
  rest_.erase(0, begin);
  if (rest_.size() > kMostLineBytes) {
    sink_(rest_);
    rest_.clear();
  }
  return {};
}

void LineWriter::finish() {
  if (!rest_.empty()) {
    sink_(rest_);
    rest_.clear();
  }
}

Result<void> TextWriter::write(std::span<const std::byte> bytes) {
  const auto fits = std::min(bytes.size(), most_bytes_ - text_.size());
  text_ += text_of(bytes.first(fits));
  cut_ = cut_ || fits < bytes.size();
  return {};
}

Result<std::size_t> TextReader::read(std::span<std::byte> into, SteadyTime /*deadline*/) {
  const auto count = std::min(into.size(), text_.size() - at_);
  std::copy_n(reinterpret_cast<const std::byte*>(text_.data()) + at_, count, into.begin());
  at_ += count;
  return count;
}

}  // namespace minpaas::http
