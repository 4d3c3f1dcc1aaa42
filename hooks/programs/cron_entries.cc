#include "hooks/programs/cron_entries.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>

namespace minpaas::hooks {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr int kMostDays = 8 * 366 + 1;
constexpr int kMinutesInHour = 60;
constexpr std::uint32_t kIdMask = 0xffffff;

/// FNV-1a: an id is to stay the same over versions and machines.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  }
  return (hash >> 24U ^ hash) & kIdMask;
}

/// A day as schedules see it.
struct Day {
  explicit Day(std::chrono::sys_days day)
      : date(day), weekday(static_cast<int>(std::chrono::weekday(day).c_encoding())) {}

  [[nodiscard]] bool has(const CronSchedule& schedule, minutes time) const {
    return schedule.matches(static_cast<int>(time.count() % kMinutesInHour),
                            static_cast<int>(time.count() / kMinutesInHour),
                            static_cast<int>(static_cast<unsigned>(date.day())),
                            static_cast<int>(static_cast<unsigned>(date.month())), weekday);
  }

  std::chrono::year_month_day date;
  int weekday;
};

/// The first minute of the day, `from` or later; absent when it does not run on that day any more.
std::optional<minutes> first_in_day(const CronSchedule& schedule, std::chrono::sys_days day,
                                    minutes from) {
  const Day of(day);
  for (minutes at = from; at < days(1); ++at) {
    if (of.has(schedule, at)) {
      return at;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<NamedCronEntry> name_entries(const std::vector<CronEntry>& entries) {
  std::vector<NamedCronEntry> named;
  std::map<std::string, int> seen;
  for (const CronEntry& entry : entries) {
    std::string id =
        fmt::format("{:06x}", hash_of(fmt::format("{}\n{}", entry.schedule.str(), entry.command)));
    const int count = ++seen[id];
    if (count > 1) {
      id += fmt::format("-{}", count);
    }
    named.push_back({std::move(id), entry});
  }
  return named;
}

std::optional<SystemTime> next_run(const CronSchedule& schedule, SystemTime after) {
  const auto from = std::chrono::floor<minutes>(after) + minutes(1);
  auto day = std::chrono::floor<days>(from);
  minutes start = from - day;
  for (int tried = 0; tried < kMostDays; ++tried, day += days(1), start = minutes(0)) {
    const auto at = first_in_day(schedule, day, start);
    if (at) {
      return SystemTime(day + *at);
    }
  }
  return std::nullopt;
}

bool runs_in_minute(const CronSchedule& schedule, SystemTime time) {
  const auto minute = std::chrono::floor<minutes>(time);
  const auto day = std::chrono::floor<days>(minute);
  return Day(day).has(schedule, minute - day);
}

state::CronRun new_run(const Release& live, const NamedCronEntry& entry, std::string started_by,
                       SystemTime now) {
  return {.app = live.app,
          .entry = entry.id,
          .schedule = entry.entry.schedule.str(),
          .command = entry.entry.command,
          .started_by = std::move(started_by),
          .release = live.number,
          .started_at = now};
}

}  // namespace minpaas::hooks
