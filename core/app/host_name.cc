#include "core/app/host_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostBytes = 253;
constexpr std::size_t kMostLabelBytes = 63;

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMostLabelBytes && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, is_label_character);
}

/// What people write in place of a host name, and what to write then.
std::string_view hint_for(std::string_view text) {
  if (text.find('/') != std::string_view::npos) {
    return "give the name alone, without http:// and path: www.example.com";
  }
  if (text.find(':') != std::string_view::npos) {
    return "give the name without a port: it is served on the ports of the router";
  }
  const bool is_ascii =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? "labels of a-z, 0-9 and - with dots between them: www.example.com; "
                    "*.example.com stands for one label more"
                  : "write names in other scripts as browsers send them: xn--bcher-kva.example";
}

Error refused(std::string_view text) {
  return {ErrorCode::InvalidInput, fmt::format("'{}' is no host name", shown_if_short(text, 100)),
          std::string(hint_for(text)), ""};
}

}  // namespace

Result<HostName> HostName::parse(std::string_view text) {
  std::string name(text);
  std::ranges::transform(name, name.begin(), to_lower);
  if (name.ends_with('.')) {
    name.pop_back();
  }
  constexpr std::string_view kWildcard = "*.";
  const bool is_wildcard = name.starts_with(kWildcard);
  const auto labels = split(std::string_view(name).substr(is_wildcard ? kWildcard.size() : 0), '.');
  if (name.size() > kMostBytes || !std::ranges::all_of(labels, is_label)) {
    return refused(text);
  }
  if (std::ranges::all_of(labels.back(), is_digit)) {
    return Error{ErrorCode::InvalidInput, fmt::format("'{}' is an address and no host name", name),
                 "every app has a port on all addresses of the server: apps:info shows it", ""};
  }
  return HostName(std::move(name));
}

bool HostName::is_child_of(std::string_view parent) const {
  const auto dot = text_.find('.');
  return dot != std::string::npos && std::string_view(text_).substr(dot + 1) == parent;
}

bool HostName::is_within(std::string_view name) const {
  const std::string_view base = std::string_view(text_).substr(is_wildcard() ? 2 : 0);
  return base == name || (base.size() > name.size() && base.ends_with(name) &&
                          base[base.size() - name.size() - 1] == '.');
}

std::optional<HostName> HostName::covering() const {
  const auto dot = text_.find('.');
  if (is_wildcard() || dot == std::string::npos) {
    return std::nullopt;
  }
  return HostName("*" + text_.substr(dot));
}

}  // namespace minpaas
