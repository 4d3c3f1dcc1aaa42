#include "core/app/cron_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>
#include <vector>

#include "core/base/text.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostBytes = 200;
constexpr int kSunday = 0;
constexpr int kAlsoSunday = 7;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kMacros{{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

struct Field {
  std::string_view what;
  int least;
  int most;
  /// Names for numbers from `least` on.
  std::span<const std::string_view> names = {};
};

constexpr Field kMinute{"minute", 0, 59};
constexpr Field kHour{"hour", 0, 23};
constexpr Field kDay{"day of the month", 1, 31};
constexpr Field kMonth{"month", 1, 12, kMonths};
constexpr Field kWeekday{"day of the week", kSunday, kAlsoSunday, kWeekdays};

struct Range {
  int first;
  int last;
  int step = 1;
};

Error wrong(const Field& field, std::string_view text) {
  return {ErrorCode::InvalidInput,
          fmt::format("'{}' is no {}: a number from {} to {}, `*`, a range, a list or a step",
                      escape_controls(text), field.what, field.least, field.most),
          "a schedule is `minute hour day month weekday`, for example `30 2 * * *`", ""};
}

std::optional<int> value_of(std::string_view text, const Field& field) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto named = std::ranges::find(field.names, lower);
  if (named != field.names.end()) {
    return field.least + static_cast<int>(named - field.names.begin());
  }
  const auto number = parse_number(text, field.what, field.least, field.most);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// `*`, `5`, `1-5`.
std::optional<Range> span_of(std::string_view text, const Field& field) {
  if (text == "*") {
    return Range{field.least, field.most};
  }
  const auto dash = text.find('-');
  const auto first = value_of(text.substr(0, dash), field);
  const auto last = dash == std::string_view::npos ? first : value_of(text.substr(dash + 1), field);
  if (!first || !last || *first > *last) {
    return std::nullopt;
  }
  return Range{*first, *last};
}

/// `*/15`, `1-30/2`, or a span alone.
std::optional<Range> range_of(std::string_view text, const Field& field) {
  const auto slash = text.find('/');
  auto range = span_of(text.substr(0, slash), field);
  if (!range || slash == std::string_view::npos) {
    return range;
  }
  const auto step = parse_number(text.substr(slash + 1), "step", 1, field.most);
  if (!step) {
    return std::nullopt;
  }
  range->step = static_cast<int>(*step);
  if (text.substr(0, slash).find_first_of("*-") == std::string_view::npos) {
    // `5/15` is what most readers of crontabs take it for: from 5 on, each 15th.
    range->last = field.most;
  }
  return range;
}

template <std::size_t Size>
Result<void> fill(std::bitset<Size>& set, std::string_view text, const Field& field) {
  for (const std::string_view part : split(text, ',')) {
    const auto range = range_of(part, field);
    if (!range) {
      return wrong(field, text);
    }
    for (int value = range->first; value <= range->last; value += range->step) {
      set.set(static_cast<std::size_t>(value));
    }
  }
  return {};
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view tab_free : split(text, '\t')) {
    for (const std::string_view word : split(tab_free, ' ')) {
      if (!word.empty()) {
        words.push_back(word);
      }
    }
  }
  return words;
}

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text) {
  std::string_view fields = trim(text);
  if (fields.size() > kMostBytes) {
    return Error{ErrorCode::InvalidInput, "a schedule has at most 200 characters", "", ""};
  }
  const auto macro =
      std::ranges::find(kMacros, fields, [](const auto& known) { return known.first; });
  if (macro != kMacros.end()) {
    fields = macro->second;
  }
  const auto words = words_of(fields);
  if (words.size() != 5) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' is no schedule", escape_controls(trim(text))),
                 "write `minute hour day month weekday` (`30 2 * * *`), or @hourly, @daily, "
                 "@weekly, @monthly, @yearly",
                 ""};
  }
  CronSchedule schedule;
  schedule.text_ = trim(text);
  TRY(fill(schedule.minutes_, words[0], kMinute));
  TRY(fill(schedule.hours_, words[1], kHour));
  TRY(fill(schedule.days_, words[2], kDay));
  TRY(fill(schedule.months_, words[3], kMonth));
  TRY(fill(schedule.weekdays_, words[4], kWeekday));
  if (schedule.weekdays_.test(kAlsoSunday)) {
    schedule.weekdays_.set(kSunday);
  }
  schedule.any_day_ = words[2].starts_with('*');
  schedule.any_weekday_ = words[4].starts_with('*');
  return schedule;
}

bool CronSchedule::matches(int minute, int hour, int day, int month, int weekday) const {
  const auto in = [](const auto& set, int value) {
    return set.test(static_cast<std::size_t>(value));
  };
  if (!in(minutes_, minute) || !in(hours_, hour) || !in(months_, month)) {
    return false;
  }
  const bool on_day = in(days_, day);
  const bool on_weekday = in(weekdays_, weekday);
  return any_day_ || any_weekday_ ? on_day && on_weekday : on_day || on_weekday;
}

}  // namespace minpaas
