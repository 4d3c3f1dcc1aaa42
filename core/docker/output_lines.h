#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace minpaas::docker {

/// Joins pieces of a program's output to lines. Of a line that redraws itself with carriage returns
/// (a progress bar) the last state stays; a line without end is given in pieces of 64 KB.
class OutputLines {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  void feed(std::string_view piece, const OnLine& on_line);
  /// What is left without a line end.
  void finish(const OnLine& on_line);

 private:
  void give(const OnLine& on_line);

  std::string partial_;
};

}  // namespace minpaas::docker
