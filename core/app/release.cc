#include "core/app/release.h"

#include <fmt/format.h>

#include <array>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr std::array<std::pair<ReleaseState, std::string_view>, 4> kNames{{
    {ReleaseState::Pending, "pending"},
    {ReleaseState::Live, "live"},
    {ReleaseState::Superseded, "superseded"},
    {ReleaseState::Failed, "failed"},
}};

}  // namespace

Result<ReleaseNumber> ReleaseNumber::parse(std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == 'v') {
    digits.remove_prefix(1);
  }
  auto value = parse_number(digits, "release", 1, 1'000'000'000);
  if (!value) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' is no release number", shown_if_short(text, 40)),
                 "write it as v12", ""};
  }
  return ReleaseNumber(static_cast<int>(*value));
}

std::string ReleaseNumber::str() const {
  return fmt::format("v{}", value_);
}

std::string_view to_string(ReleaseState state) {
  for (const auto& [known, name] : kNames) {
    if (known == state) {
      return name;
    }
  }
  return "unknown";
}

Result<ReleaseState> parse_release_state(std::string_view text) {
  for (const auto& [state, name] : kNames) {
    if (name == text) {
      return state;
    }
  }
  return Error{ErrorCode::Corrupt, fmt::format("unknown release state '{}'", text), "", ""};
}

bool may_move(ReleaseState from, ReleaseState to) {
  switch (from) {
    case ReleaseState::Pending:
      return to == ReleaseState::Live || to == ReleaseState::Failed;
    case ReleaseState::Live:
      return to == ReleaseState::Superseded;
    case ReleaseState::Superseded:
    case ReleaseState::Failed:
      return false;
  }
  return false;
}

}  // namespace minpaas
