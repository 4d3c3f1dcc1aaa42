#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "core/base/byte_stream.h"

namespace minpaas::test {

/// Gives out a text in pieces of at most `piece` bytes, then the end, or an error in its place.
class MemoryReader : public ByteReader {
 public:
  explicit MemoryReader(std::string text, std::size_t piece = 4096)
      : text_(std::move(text)), piece_(piece) {}

  /// What comes after the text instead of the end.
  void end_with(Error error) { end_ = std::move(error); }

  Result<std::size_t> read(std::span<std::byte> into, SteadyTime /*deadline*/) override {
    const std::size_t got = std::min({into.size(), piece_, text_.size() - at_});
    if (got == 0 && end_) {
      return *end_;
    }
    std::memcpy(into.data(), text_.data() + at_, got);
    at_ += got;
    return got;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
  std::optional<Error> end_;
};

/// Keeps all that is written. `after_write` may, for example, make the peer go away.
class MemoryWriter : public ByteWriter {
 public:
  using ByteWriter::write;

  Result<void> write(std::span<const std::byte> bytes) override {
    if (broken) {
      return Error{ErrorCode::Disconnected, "the peer is gone", "", ""};
    }
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (after_write) {
      after_write();
    }
    return {};
  }

  std::string text;
  bool broken = false;
  std::function<void()> after_write;
};

}  // namespace minpaas::test
