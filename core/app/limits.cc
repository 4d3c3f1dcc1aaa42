#include "core/app/limits.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/base/text.h"

namespace minpaas {
namespace {

constexpr std::string_view kHint =
    "for example: memory=256m cpus=0.5 pids=100; memory= goes back to the default";

Error bad(std::string message) {
  return {ErrorCode::InvalidInput, std::move(message), std::string(kHint), ""};
}

/// Of 0.01, which is what the engine counts in.
Result<double> parse_cpus(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return bad(fmt::format("cpus '{}' is no number of processors", escape_controls(text)));
  }
  return std::round(value * 100) / 100;
}

template <typename Value, typename Parse>
Result<void> set(std::optional<std::optional<Value>>& choice, std::string_view key,
                 std::string_view text, const Parse& parse) {
  if (choice) {
    return bad(fmt::format("{} stands twice", key));
  }
  choice.emplace();
  if (!text.empty()) {
    const auto value = parse(text);
    if (!value) {
      return bad(value.error().message);
    }
    *choice = static_cast<Value>(*value);
  }
  return {};
}

}  // namespace

Limits LimitChoices::over(const Limits& defaults) const {
  return {memory_bytes.value_or(defaults.memory_bytes), cpus.value_or(defaults.cpus),
          pids.value_or(defaults.pids)};
}

Limits AppLimits::of(const ProcessType& type, const Limits& defaults) const {
  const Limits whole_app = all.over(defaults);
  const auto own = types.find(type);
  return own == types.end() ? whole_app : own->second.over(whole_app);
}

Result<void> LimitRange::check(const LimitChoices& choices) const {
  const auto& memory = choices.memory_bytes;
  if (memory && *memory < kLeastMemoryBytes) {
    return bad(fmt::format("memory={}: the engine accepts no limit below {}",
                           format_memory(*memory), format_memory(kLeastMemoryBytes)));
  }
  if (memory && *memory > most_memory_bytes) {
    return bad(fmt::format("memory={}: this machine has {}", format_memory(*memory),
                           format_bytes(most_memory_bytes)));
  }
  if (choices.cpus && (*choices.cpus < kLeastCpus || *choices.cpus > most_cpus)) {
    return bad(
        fmt::format("cpus={:g}: it is a number from {} to {}, the processors of this machine",
                    *choices.cpus, kLeastCpus, most_cpus));
  }
  if (choices.pids && (*choices.pids < 1 || *choices.pids > kMostPids)) {
    return bad(fmt::format("pids={}: it is a number from 1 to {}", *choices.pids, int{kMostPids}));
  }
  return {};
}

Result<void> LimitChange::take(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) {
    return bad(fmt::format("'{}' is not LIMIT=VALUE", escape_controls(word)));
  }
  const std::string_view key = word.substr(0, equals);
  const std::string_view text = word.substr(equals + 1);
  if (key == "memory") {
    return set(memory_bytes_, key, text,
               [](std::string_view value) { return parse_bytes(value, "memory"); });
  }
  if (key == "cpus") {
    return set(cpus_, key, text, parse_cpus);
  }
  if (key == "pids") {
    return set(pids_, key, text, [](std::string_view value) {
      return parse_number(value, "pids", 1, LimitRange::kMostPids);
    });
  }
  return bad(
      fmt::format("there is no limit '{}'; there are memory, cpus and pids", escape_controls(key)));
}

Result<LimitChange> LimitChange::parse(std::span<const std::string_view> words) {
  if (words.empty()) {
    return bad("there is nothing to set");
  }
  LimitChange change;
  for (const std::string_view word : words) {
    TRY(change.take(word));
  }
  return change;
}

LimitChoices LimitChange::apply(LimitChoices to) const {
  to.memory_bytes = memory_bytes_.value_or(to.memory_bytes);
  to.cpus = cpus_.value_or(to.cpus);
  to.pids = pids_.value_or(to.pids);
  return to;
}

std::string format_memory(long long bytes) {
  constexpr long long kUnit = 1024;
  std::string_view unit;
  for (const std::string_view next : {"k", "m", "g"}) {
    if (bytes == 0 || bytes % kUnit != 0) {
      break;
    }
    bytes /= kUnit;
    unit = next;
  }
  return fmt::format("{}{}", bytes, unit);
}

std::string format_cpus(double cpus) {
  return fmt::format("{:g}", cpus);
}

}  // namespace minpaas
