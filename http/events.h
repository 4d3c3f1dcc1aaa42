#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/byte_stream.h"

namespace minpaas::http {

/// Where Server-Sent Events go. The first one begins the answer, with status 200.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// False when the peer is gone. `id` may be empty.
  virtual bool send(std::string_view event, std::string_view id, std::string_view data) = 0;

  /// Events will come: the answer begins by itself when none does for a second, so that the peer
  /// knows that it is listened to.
  virtual void expect() {}

  /// Whether the answer has begun; when not, it does no longer begin by itself.
  virtual bool has_begun() = 0;
};

/// One event as it stands on the wire (WHATWG HTML, 9.2.5). `data` may have several lines.
std::string format_event(std::string_view event, std::string_view id, std::string_view data);

/// What a command prints, line by line. Thread: one.
class LineWriter : public ByteWriter {
 public:
  /// Returns false to end it.
  using Sink = std::function<bool(std::string_view line)>;

  explicit LineWriter(Sink sink) : sink_(std::move(sink)) {}

  using ByteWriter::write;
  /// Errors: Disconnected.
  Result<void> write(std::span<const std::byte> bytes) override;
  /// Hands on what had no line end.
  void finish();

 private:
  Sink sink_;
  std::string rest_;
};

/// All of what a command prints, up to a limit. Thread: one.
class TextWriter : public ByteWriter {
 public:
  explicit TextWriter(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  using ByteWriter::write;
  /// What is beyond the limit is dropped.
  Result<void> write(std::span<const std::byte> bytes) override;

  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] bool is_cut() const { return cut_; }

 private:
  std::size_t most_bytes_;
  std::string text_;
  bool cut_ = false;
};

/// A text as a command's standard input. Thread: one.
class TextReader : public ByteReader {
 public:
  explicit TextReader(std::string text) : text_(std::move(text)) {}

  Result<std::size_t> read(std::span<std::byte> into, SteadyTime deadline) override;

 private:
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace minpaas::http
