#include "core/app/formation.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {

Result<ProcessType> ProcessType::parse(std::string_view text) {
  constexpr std::size_t kMostCharacters = 63;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (text.empty() || text.size() > kMostCharacters || text.front() == '-' ||
      !std::all_of(text.begin(), text.end(), allowed)) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' is no process type: these are of a-z, 0-9 and -",
                             shown_if_short(text, 80)),
                 "use up to 63 of them", ""};
  }
  return ProcessType(std::string(text));
}

}  // namespace minpaas
