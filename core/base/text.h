#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

/// Operations on text and bytes that several rooms need and the standard library of g++ 12 lacks.
namespace minpaas {

/// Control characters (and DEL) as \xNN, \n, \t...: safe to put in one log line.
std::string escape_controls(std::string_view text);
/// Lower-case hexadecimal.
std::string to_hex(std::span<const unsigned char> bytes);
/// Errors: InvalidInput for an odd length or another character.
Result<std::vector<unsigned char>> from_hex(std::string_view hex);
/// Without spaces, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);
/// The parts between `separator`s, empty ones included.
std::vector<std::string_view> split(std::string_view text, char separator);
/// A whole decimal number within [least, most]. Errors: InvalidInput, naming `what`.
Result<long long> parse_number(std::string_view text, std::string_view what, long long least,
                               long long most);
/// `30`, `30s`, `500ms`, `5m`, `2h`, `1d` in milliseconds; a bare number is seconds. Errors:
/// InvalidInput.
Result<long long> parse_duration_ms(std::string_view text, std::string_view what);
/// `1024`, `64k`, `512m`, `2g` (1024-based, case ignored, an optional trailing b) in bytes.
/// Errors: InvalidInput.
Result<long long> parse_bytes(std::string_view text, std::string_view what);
/// `1.5 GB`, `20 MB`, `12 kB`, `3 B`: a size for people.
std::string format_bytes(long long bytes);

}  // namespace minpaas
