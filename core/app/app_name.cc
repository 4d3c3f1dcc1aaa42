#include "core/app/app_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostCharacters = 30;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_name_character(char c) {
  return is_lower(c) || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

Result<AppName> AppName::parse(std::string_view text) {
  if (text.empty() || text.size() > kMostCharacters || !is_lower(text.front()) ||
      text.back() == '-' || !std::all_of(text.begin(), text.end(), is_name_character)) {
    return Error{
        ErrorCode::InvalidInput, fmt::format("'{}' is no valid app name", shown_if_short(text, 60)),
        "use 1 to 30 of a-z, 0-9 and -, beginning with a letter and not ending with -", ""};
  }
  return AppName(std::string(text));
}

}  // namespace minpaas
