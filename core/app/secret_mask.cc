#include "core/app/secret_mask.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

/// How much of the value's end, less than all of it, the text begins with.
std::size_t last_part_at_begin(std::string_view value, std::string_view text) {
  std::size_t length = std::min(value.size() - 1, text.size());
  while (length > 0 && !text.starts_with(value.substr(value.size() - length))) {
    --length;
  }
  return length;
}

/// How much of the value's beginning, less than all of it, the text ends with.
std::size_t first_part_at_end(std::string_view value, std::string_view text) {
  std::size_t length = std::min(value.size() - 1, text.size());
  while (length > 0 && !text.ends_with(value.substr(0, length))) {
    --length;
  }
  return length;
}

}  // namespace

void SecretMask::hide(const ConfigVars& vars) {
  for (const auto& [key, value] : vars) {
    for (std::string_view line : split(value.reveal(), '\n')) {
      line = trim(line);
      if (line.size() >= kShortestMaskedBytes) {
        hidden_.emplace(line, "[" + key.str() + "]");
      }
    }
  }
}

std::vector<SecretMask::Found> SecretMask::find_in(std::string_view text) const {
  const std::size_t continued = text.find(kTextGoesOn);
  const std::string_view rest =
      continued == text.npos ? "" : text.substr(continued + kTextGoesOn.size());
  const std::size_t cut = text.rfind(kTextGoesOn);
  const std::string_view begun = cut == text.npos ? "" : text.substr(0, cut);
  std::vector<Found> found;
  for (const auto& [value, name] : hidden_) {
    for (auto at = text.find(value); at != text.npos; at = text.find(value, at + value.size())) {
      found.push_back({at, at + value.size(), name});
    }
    if (const auto length = last_part_at_begin(value, rest); length > 0) {
      const auto begin = text.size() - rest.size();
      found.push_back({begin, begin + length, name});
    }
    if (const auto length = first_part_at_end(value, begun); length > 0) {
      found.push_back({begun.size() - length, begun.size(), name});
    }
  }
  return found;
}

std::string SecretMask::apply(std::string_view text) const {
  auto found = find_in(text);
  std::ranges::stable_sort(found, {}, &Found::begin);
  std::string masked;
  std::size_t done = 0;
  for (const Found& one : found) {
    if (one.begin >= done) {
      masked += text.substr(done, one.begin - done);
      masked += one.name;
    }
    done = std::max(done, one.end);
  }
  return masked += text.substr(done);
}

}  // namespace minpaas
