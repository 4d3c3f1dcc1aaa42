#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas::docker {

/// Joins the pieces of a stream to lines, as the engine's JSON streams need it. Thread: one.
class LineSplitter {
 public:
  /// Takes a line without its end; false ends the stream.
  using OnLine = std::function<bool(std::string_view line)>;

  LineSplitter(std::size_t most_line_bytes, OnLine on_line)
      : most_line_bytes_(most_line_bytes), on_line_(std::move(on_line)) {}

  /// False once `on_line` has returned false, or when a line is too long.
  bool feed(std::string_view piece);
  /// The last line when it had no end.
  bool finish();

  [[nodiscard]] bool too_long() const { return too_long_; }

 private:
  bool give(std::string_view line);

  std::size_t most_line_bytes_;
  OnLine on_line_;
  std::string partial_;
  bool too_long_ = false;
  bool ended_ = false;
};

}  // namespace minpaas::docker
