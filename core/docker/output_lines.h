#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace minpaas::docker {

/// Joins pieces of a program's output to lines. Of a line that redraws itself with carriage returns
/// (a progress bar) the last state stays; a line of more than 64 KiB is given in pieces, with
/// kTextGoesOn at each cut.
class OutputLines {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  void feed(std::string_view piece, const OnLine& on_line);
  /// What is left without a line end.
  void finish(const OnLine& on_line);

 private:
  void give(std::string_view goes_on, const OnLine& on_line);

  std::string partial_;
  bool continues_ = false;
};

}  // namespace minpaas::docker
