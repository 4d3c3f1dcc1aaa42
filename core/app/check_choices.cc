#include "core/app/check_choices.h"

#include <fmt/format.h>

#include "core/app/health_check.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr std::string_view kHint =
    "for example: path=/up deadline=2m timeout=5s attempts=3 wait=10s; path= goes back to the "
    "default";
constexpr seconds kMostTime{3600};
constexpr int kMostAttempts = 1000;

Error bad(std::string message) {
  return {ErrorCode::InvalidInput, std::move(message), std::string(kHint), ""};
}

Result<std::string> parse_path(std::string_view text) {
  if (!is_check_path(text)) {
    return bad(
        fmt::format("path '{}' is no path such as /up, without spaces", shown_if_short(text, 100)));
  }
  return std::string(text);
}

/// Whole seconds.
Result<seconds> parse_time(std::string_view text, std::string_view key) {
  const auto parsed = parse_duration_ms(text, key);
  if (!parsed) {
    return bad(parsed.error().message);
  }
  const milliseconds time(*parsed);
  const auto whole = std::chrono::duration_cast<seconds>(time);
  if (whole != time || whole < seconds(1) || whole > kMostTime) {
    return bad(fmt::format("{}={}: it is a time from 1s to 1h, in whole seconds", key,
                           escape_controls(text)));
  }
  return whole;
}

Result<int> parse_attempts(std::string_view text) {
  const auto count = parse_number(text, "attempts", 1, kMostAttempts);
  return count ? Result(static_cast<int>(*count)) : bad(count.error().message);
}

template <typename Value, typename Parse>
Result<void> set(std::optional<std::optional<Value>>& choice, std::string_view key,
                 std::string_view text, const Parse& parse) {
  if (choice) {
    return bad(fmt::format("{} stands twice", key));
  }
  choice.emplace();
  if (!text.empty()) {
    *choice = TRY(parse(text));
  }
  return {};
}

}  // namespace

Result<void> CheckChange::take(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) {
    return bad(fmt::format("'{}' is not KEY=VALUE", escape_controls(word)));
  }
  const std::string_view key = word.substr(0, equals);
  const std::string_view text = word.substr(equals + 1);
  const auto time = [key](std::string_view value) { return parse_time(value, key); };
  if (key == "path") {
    return set(path_, key, text, parse_path);
  }
  if (key == "deadline") {
    return set(deadline_, key, text, time);
  }
  if (key == "timeout") {
    return set(timeout_, key, text, time);
  }
  if (key == "attempts") {
    return set(attempts_, key, text, parse_attempts);
  }
  if (key == "wait") {
    return set(wait_, key, text, time);
  }
  return bad(fmt::format(
      "there is no '{}' of a check; there are path, deadline, timeout, attempts and wait",
      escape_controls(key)));
}

Result<CheckChange> CheckChange::parse(std::span<const std::string_view> words) {
  if (words.empty()) {
    return bad("there is nothing to set");
  }
  CheckChange change;
  for (const std::string_view word : words) {
    TRY(change.take(word));
  }
  return change;
}

CheckChoices CheckChange::apply(CheckChoices to) const {
  to.path = path_.value_or(to.path);
  to.deadline = deadline_.value_or(to.deadline);
  to.timeout = timeout_.value_or(to.timeout);
  to.attempts = attempts_.value_or(to.attempts);
  to.wait = wait_.value_or(to.wait);
  return to;
}

}  // namespace minpaas
