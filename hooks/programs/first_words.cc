#include "hooks/programs/first_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace minpaas::hooks {
namespace {

constexpr std::string_view kInit = "[FATAL tini (";
constexpr std::string_view kEngine = "OCI runtime exec failed: ";
/// Longer lines are no message of an engine.
constexpr std::size_t kMostHeldBytes = 4096;

/// Whether the one begins as the other does, as far as both go.
bool agree(std::string_view text, std::string_view mark) {
  const std::size_t length = std::min(text.size(), mark.size());
  return text.substr(0, length) == mark.substr(0, length);
}

bool is_from_engine(std::string_view line) {
  constexpr std::size_t kWhereInitSaysExec = 32;
  return line.starts_with(kEngine) ||
         (line.starts_with(kInit) && line.find("exec ") < kWhereInitSaysExec);
}

bool says_not_there(std::string_view line) {
  constexpr std::array<std::string_view, 3> kWays = {"no such file", "No such file", "not found"};
  return std::ranges::any_of(kWays, [&](auto way) { return line.find(way) != line.npos; });
}

}  // namespace

std::string FirstWords::pass(std::string_view piece) {
  any_ = any_ || !piece.empty();
  if (decided_) {
    return std::string(piece);
  }
  held_ += piece;
  const auto line_end = held_.find('\n');
  if (line_end != std::string::npos) {
    return decide(line_end + 1);
  }
  const bool may_be = agree(held_, kInit) || agree(held_, kEngine);
  return may_be && held_.size() <= kMostHeldBytes ? "" : decide(0);
}

std::string FirstWords::rest() {
  return decided_ ? "" : decide(held_.size());
}

std::string FirstWords::decide(std::size_t line_end) {
  const std::string held = std::exchange(held_, "");
  const std::string_view line = std::string_view(held).substr(0, line_end);
  decided_ = true;
  not_started_ = is_from_engine(line);
  not_there_ = not_started_ && says_not_there(line);
  return not_started_ ? held.substr(line_end) : held;
}

}  // namespace minpaas::hooks
