#include "core/base/text.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace minpaas {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Number and multiplier, without overflow.
Result<long long> scaled(std::string_view number, std::string_view whole, std::string_view what,
                         long long unit) {
  constexpr long long kMost = std::numeric_limits<long long>::max();
  auto value = parse_number(number, what, 0, kMost / unit);
  if (!value) {
    return Error{ErrorCode::InvalidInput, fmt::format("{} '{}' is not valid", what, whole), "", ""};
  }
  return *value * unit;
}

}  // namespace

std::string escape_controls(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      safe += "\\n";
    } else if (c == '\t') {
      safe += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      safe += fmt::format("\\x{:02x}", byte);
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xf];
  }
  return hex;
}

Result<std::vector<unsigned char>> from_hex(std::string_view hex) {
  std::vector<unsigned char> bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int high = hex_value(hex[i]);
    const int low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) {
      break;
    }
    bytes.push_back(static_cast<unsigned char>(high * 16 + low));
  }
  if (bytes.size() * 2 != hex.size()) {
    return Error{ErrorCode::InvalidInput, "not hexadecimal", "", ""};
  }
  return bytes;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

Result<long long> parse_number(std::string_view text, std::string_view what, long long least,
                               long long most) {
  long long value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || status != std::errc() || end != text.data() + text.size()) {
    return Error{ErrorCode::InvalidInput, fmt::format("{} '{}' is not a whole number", what, text),
                 "", ""};
  }
  if (value < least || value > most) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("{} {} is outside {} to {}", what, value, least, most), "", ""};
  }
  return value;
}

Result<long long> parse_duration_ms(std::string_view text, std::string_view what) {
  const auto digits_end = text.find_first_not_of("0123456789");
  const std::string_view number = text.substr(0, digits_end);
  const std::string_view unit =
      digits_end == std::string_view::npos ? std::string_view("s") : text.substr(digits_end);
  for (const auto& [name, ms] : {std::pair<std::string_view, long long>{"ms", 1},
                                 {"s", 1000},
                                 {"m", 60'000},
                                 {"h", 3'600'000},
                                 {"d", 86'400'000}}) {
    if (unit == name) {
      return scaled(number, text, what, ms);
    }
  }
  return Error{ErrorCode::InvalidInput, fmt::format("{} '{}' is no duration", what, text),
               "write it as 500ms, 30s, 5m, 2h or 1d", ""};
}

Result<long long> parse_bytes(std::string_view text, std::string_view what) {
  std::string_view number = text;
  if (number.size() > 1 && lower(number.back()) == 'b') {
    number.remove_suffix(1);
  }
  long long unit = 1;
  if (!number.empty()) {
    switch (lower(number.back())) {
      case 'k':
        unit = 1024LL;
        break;
      case 'm':
        unit = 1024LL * 1024;
        break;
      case 'g':
        unit = 1024LL * 1024 * 1024;
        break;
      default:
        break;
    }
  }
  if (unit != 1) {
    number.remove_suffix(1);
  }
  return scaled(number, text, what, unit);
}

std::string format_bytes(long long bytes) {
  constexpr double kKilo = 1000.0;
  const auto value = static_cast<double>(bytes);
  if (value < kKilo) {
    return fmt::format("{} B", bytes);
  }
  if (value < kKilo * kKilo) {
    return fmt::format("{:.0f} kB", value / kKilo);
  }
  if (value < kKilo * kKilo * kKilo) {
    return fmt::format("{:.1f} MB", value / kKilo / kKilo);
  }
  return fmt::format("{:.1f} GB", value / kKilo / kKilo / kKilo);
}

}  // namespace minpaas
