#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// When something runs again and again, as crontab(5) writes it: five fields (minute, hour, day of
/// the month, month, day of the week) or one of @hourly, @daily, @midnight, @weekly, @monthly,
/// @yearly, @annually.
class CronSchedule {
 public:
  /// Errors: InvalidInput, naming the field.
  static Result<CronSchedule> parse(std::string_view text);

  /// As it was written.
  [[nodiscard]] const std::string& str() const { return text_; }

  /// Whether it runs in this minute. `day` and `month` count from 1, `weekday` from Sunday = 0.
  /// Where both kinds of day are restricted, one of the two is enough.
  [[nodiscard]] bool matches(int minute, int hour, int day, int month, int weekday) const;

  bool operator==(const CronSchedule& other) const { return text_ == other.text_; }

 private:
  CronSchedule() = default;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;
  bool any_day_ = true;
  bool any_weekday_ = true;
};

}  // namespace minpaas
