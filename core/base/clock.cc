#include "core/base/clock.h"

#include <fmt/format.h>

#include <ctime>

namespace minpaas {
namespace {

/// Parses exactly `count` digits at `at`; -1 when there is something else.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) {
    return -1;
  }
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') {
      return -1;
    }
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

Error bad_time(std::string_view text) {
  return {ErrorCode::InvalidInput, fmt::format("'{}' is not an RFC 3339 time", text),
          "write it as 2026-11-23T12:00:00Z", ""};
}

/// Offset from UTC in minutes, or an error. `text` begins at the Z or the sign.
Result<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") {
    return 0;
  }
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 4, 2);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || hours < 0 ||
      hours > 23 || minutes < 0 || minutes > 59) {
    return bad_time(text);
  }
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

SystemTime RealClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

SteadyTime RealClock::steady() const {
  return std::chrono::steady_clock::now();
}

std::string format_rfc3339(SystemTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t unix_seconds = whole.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&unix_seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     (time - whole).count());
}

Result<SystemTime> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || text.size() > 40 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' ||
      text[16] != ':') {
    return bad_time(text);
  }
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 0 || month < 0 || day < 0 || !date.ok() || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60) {
    return bad_time(text);
  }
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (text[at] == '.') {
    std::int64_t unit = 100000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      micros += (text[at] - '0') * unit;
      unit /= 10;
    }
  }
  if (at >= text.size()) {
    return bad_time(text);
  }
  const int offset_minutes = TRY(parse_offset(text.substr(at)));
  return SystemTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                    std::chrono::minutes(minute - offset_minutes) + std::chrono::seconds(second) +
                    std::chrono::microseconds(micros));
}

std::string format_duration(milliseconds duration) {
  const auto count = duration.count();
  if (count < 60'000) {
    return fmt::format("{:.1f} s", static_cast<double>(count) / 1000.0);
  }
  return fmt::format("{} min {} s", count / 60'000, count / 1000 % 60);
}

std::string format_age(SystemTime then, SystemTime now) {
  const auto age = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::seconds>(now - then).count());
  if (age < 60) {
    return fmt::format("{}s ago", age);
  }
  if (age < 3600) {
    return fmt::format("{}m ago", age / 60);
  }
  if (age < 86'400) {
    return fmt::format("{}h ago", age / 3600);
  }
  return fmt::format("{}d ago", age / 86'400);
}

}  // namespace minpaas
