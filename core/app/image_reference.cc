#include "core/app/image_reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostNameBytes = 255;
constexpr std::size_t kMostTagBytes = 128;
constexpr std::size_t kDigestDigits = 64;
constexpr std::string_view kDigest = "sha256:";

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_word(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Lower-case words with one `.`, one or two `_`, or any number of `-` between them.
bool is_path_part(std::string_view part) {
  std::string_view between;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (is_lower_or_digit(part[i])) {
      if (!between.empty() && between != "." && between != "_" && between != "__" &&
          between.find_first_not_of('-') != std::string_view::npos) {
        return false;
      }
      between = {};
    } else {
      between = part.substr(i - between.size(), between.size() + 1);
    }
  }
  return !part.empty() && is_lower_or_digit(part.front()) && between.empty();
}

bool is_registry(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos;
}

bool is_host_and_port(std::string_view part) {
  const auto colon = part.find(':');
  const std::string_view host = part.substr(0, colon);
  const bool port_is_right =
      colon == std::string_view::npos || parse_number(part.substr(colon + 1), "port", 1, 65535);
  return !host.empty() && is_word(host.front()) && is_word(host.back()) && port_is_right &&
         std::ranges::all_of(host, [](char c) {
           return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
         });
}

bool is_name(std::string_view name) {
  const auto parts = split(name, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool registry = i == 0 && parts.size() > 1 && is_registry(parts[i]);
    if (!(registry ? is_host_and_port(parts[i]) : is_path_part(parts[i]))) {
      return false;
    }
  }
  return name.size() <= kMostNameBytes && !(name.size() == kDigestDigits && is_hex(name));
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= kMostTagBytes && is_word(tag.front()) &&
         std::ranges::all_of(tag, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

Error no_reference(std::string_view text) {
  constexpr std::size_t kMostShown = 80;
  return {ErrorCode::InvalidInput,
          fmt::format("'{}' is no name of an image", shown_if_short(text, kMostShown)),
          "for example: ghcr.io/acme/shop:1.4, in lower case but for the tag", ""};
}

}  // namespace

std::string ImageReference::registry() const {
  const auto slash = text_.find('/');
  const std::string first = text_.substr(0, slash);
  return slash != std::string::npos && is_registry(first) ? first : "";
}

Result<ImageReference> ImageReference::parse(std::string_view text) {
  std::string_view name = text;
  bool is_exact = false;
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    const std::string_view digest = name.substr(at + 1);
    if (digest.size() != kDigest.size() + kDigestDigits || !digest.starts_with(kDigest) ||
        !is_hex(digest.substr(kDigest.size()))) {
      return no_reference(text);
    }
    name = name.substr(0, at);
    is_exact = true;
  }
  const auto colon = name.rfind(':');
  if (colon != std::string_view::npos && name.find('/', colon) == std::string_view::npos) {
    if (!is_tag(name.substr(colon + 1))) {
      return no_reference(text);
    }
    name = name.substr(0, colon);
    is_exact = true;
  }
  if (name == "sha256" || !is_name(name)) {
    return no_reference(text);
  }
  return ImageReference(std::string(text) + (is_exact ? "" : ":latest"));
}

}  // namespace minpaas
