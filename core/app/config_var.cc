#include "core/app/config_var.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostKeyCharacters = 256;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_letter_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

}  // namespace

Result<ConfigKey> ConfigKey::parse(std::string_view text) {
  if (text.empty() || text.size() > kMostKeyCharacters || !is_letter(text.front()) ||
      !std::all_of(text.begin(), text.end(), is_letter_or_digit)) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' is no valid config key", shown_if_short(text, 60)),
                 "use A-Z, a-z, 0-9 and _, not beginning with a digit", ""};
  }
  if (text == "PORT") {
    return Error{ErrorCode::InvalidInput, "PORT is set by the platform",
                 "read it in your app; it cannot be changed with config:set", ""};
  }
  return ConfigKey(std::string(text));
}

Result<Secret> parse_config_value(const ConfigKey& key, std::string_view value) {
  if (value.size() > kMostConfigValueBytes) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("the value of {} has {} bytes, at most {} are allowed", key.str(),
                             value.size(), kMostConfigValueBytes),
                 "put large content into the repository, or fetch it when the app starts", ""};
  }
  if (value.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("the value of {} contains a NUL byte", key.str()),
                 "encode binary content, for example as base64", ""};
  }
  return Secret(std::string(value));
}

}  // namespace minpaas
