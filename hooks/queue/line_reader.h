#pragma once

#include <filesystem>
#include <string>

#include "core/base/fd.h"
#include "core/base/result.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

/// Reads a file that grows, line by line, with a buffer of fixed size. Thread: one.
class LineReader {
 public:
  /// Errors: NotFound, Unavailable.
  static Result<LineReader> open(const std::filesystem::path& file);
  /// Hands over the whole lines up to byte `end` of the file. False: `line` did not want more.
  Result<bool> read_until(std::size_t end, const LineSink& line);
  /// Hands over what stands behind the last line end, if anything.
  bool finish(const LineSink& line);

  [[nodiscard]] std::size_t offset() const { return offset_; }

 private:
  LineReader(Fd file, std::filesystem::path path) : file_(std::move(file)), path_(path) {}

  bool take_lines(const LineSink& line);

  Fd file_;
  std::filesystem::path path_;
  std::size_t offset_ = 0;
  std::string rest_;
};

}  // namespace minpaas::hooks
