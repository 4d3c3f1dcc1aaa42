#pragma once

#include <string>
#include <string_view>

namespace minpaas::hooks {

/// Tells what the engine or its init prints in place of a program that it cannot run from what the
/// program prints itself. The engine's line may come in pieces, so the beginning of the output is
/// held back for as long as it can still be one. Thread: one.
class FirstWords {
 public:
  /// What is the program's own of this piece and of those held back before it.
  std::string pass(std::string_view piece);
  /// Nothing more comes that belongs to what is held back: what of it is the program's own.
  std::string rest();

  /// Everything that comes from now on is the program's own.
  [[nodiscard]] bool is_decided() const { return decided_; }

  /// Something was printed, by whomever.
  [[nodiscard]] bool is_any() const { return any_; }

  /// The program was not started, and the engine has said so.
  [[nodiscard]] bool is_not_started() const { return not_started_; }

  /// ... because there is no such program.
  [[nodiscard]] bool is_not_there() const { return not_there_; }

 private:
  /// Returns what follows the engine's line, or all when it is none.
  std::string decide(std::size_t line_end);

  std::string held_;
  bool decided_ = false;
  bool any_ = false;
  bool not_started_ = false;
  bool not_there_ = false;
};

}  // namespace minpaas::hooks
