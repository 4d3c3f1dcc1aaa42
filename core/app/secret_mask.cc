#include "core/app/secret_mask.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/terminal_text.h"
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

/// A value that has more of them is no password: each form costs a search in every text.
constexpr std::size_t kMostLinesInAllForms = 100;

enum class Charset { Ascii, Utf8 };

/// As it stands between the quotes of a JSON text.
std::string in_json(std::string_view value, Charset charset) {
  using nlohmann::json;
  const std::string quoted =
      json(value).dump(-1, ' ', charset == Charset::Ascii, json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

void SecretMask::hide(const ConfigVars& vars) {
  for (const auto& [key, value] : vars) {
    const std::string name = "[" + key.str() + "]";
    hide_forms(trim(value.reveal()), name);
    std::size_t lines = 0;
    for (const std::string_view line : split(value.reveal(), '\n')) {
      if (++lines <= kMostLinesInAllForms) {
        hide_forms(trim(line), name);
      } else if (trim(line).size() >= kShortestMaskedBytes) {
        hidden_.emplace(trim(line), name);
      }
    }
  }
}

void SecretMask::hide(const SecretMask& other) {
  hidden_.insert(other.hidden_.begin(), other.hidden_.end());
  for (const std::string& word : other.kept_) {
    if (std::ranges::count(kept_, word) == 0) {
      kept_.push_back(word);
    }
  }
}

void SecretMask::hide_forms(std::string_view value, const std::string& name) {
  if (value.size() < kShortestMaskedBytes) {
    return;
  }
  const std::string escaped = escape_controls(value);
  for (const std::string& form :
       {std::string(value), escaped, sanitize_terminal(value), sanitize_terminal(escaped),
        in_json(value, Charset::Utf8), in_json(value, Charset::Ascii)}) {
    if (form.size() >= kShortestMaskedBytes) {
      hidden_.emplace(form, name);
    }
  }
}

std::vector<SecretMask::Found> SecretMask::find_whole(std::string_view text) const {
  std::vector<Found> found;
  for (const auto& [value, name] : hidden_) {
    for (auto at = text.find(value); at != text.npos; at = text.find(value, at + value.size())) {
      found.push_back({at, at + value.size(), name});
    }
  }
  std::erase_if(found, [&](const Found& one) { return is_kept(text, one); });
  return found;
}

void SecretMask::find_cut(std::string_view text, std::vector<Found>& found) const {
  const std::size_t continued = text.find(kTextGoesOn);
  if (continued == text.npos) {
    return;
  }
  const std::string_view rest = text.substr(continued + kTextGoesOn.size());
  const std::string_view begun = text.substr(0, text.rfind(kTextGoesOn));
  for (const auto& [value, name] : hidden_) {
    if (const auto length = last_part_at_begin(value, rest); length > 0) {
      const auto begin = text.size() - rest.size();
      found.push_back({begin, begin + length, name});
    }
    if (const auto length = first_part_at_end(value, begun); length > 0) {
      found.push_back({begun.size() - length, begun.size(), name});
    }
  }
}

bool SecretMask::is_kept(std::string_view text, const Found& one) const {
  return std::ranges::any_of(kept_, [&](const std::string& word) {
    for (auto at = text.find(word); at != text.npos && at <= one.begin;
         at = text.find(word, at + 1)) {
      if (one.end <= at + word.size()) {
        return true;
      }
    }
    return false;
  });
}

std::string SecretMask::replace(std::string_view text, std::vector<Found> found) {
  // Of those that begin at one place the longest counts.
  std::ranges::stable_sort(found, [](const Found& a, const Found& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
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

std::string SecretMask::apply(std::string_view text) const {
  auto found = find_whole(text);
  find_cut(text, found);
  return replace(text, std::move(found));
}

std::string SecretMask::apply_to_whole(std::string_view text) const {
  return replace(text, find_whole(text));
}

}  // namespace minpaas
