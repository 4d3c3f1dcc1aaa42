#include "tests/support/fake_resources.h"

namespace minpaas::test {
namespace {

constexpr Limits kDefaults{.memory_bytes = 512LL << 20, .cpus = 1, .pids = 512};
constexpr LimitRange kMachine{.most_memory_bytes = 4LL << 30, .most_cpus = 2};
constexpr long long kUsed = 64LL << 20;

}  // namespace

Result<hooks::ResourceReport> FakeResources::report(const Actor& actor, const AppName& name) {
  TRY(platform_.app(actor, name));
  const AppLimits& own = limits_[name];
  hooks::ResourceReport report;
  report.rows.push_back({std::nullopt, own.all.over(kDefaults), own.all});
  for (const char* text : {"run", "web"}) {
    const ProcessType type = *ProcessType::parse(text);
    const auto found = own.types.find(type);
    report.rows.push_back(
        {type, own.of(type, kDefaults), found == own.types.end() ? LimitChoices() : found->second});
  }
  return report;
}

Result<hooks::ResourceOutcome> FakeResources::set(const Actor& actor, const AppName& name,
                                                  const std::optional<ProcessType>& type,
                                                  const LimitChange& change) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  if (type && !type->is_web() && type->str() != "run") {
    return Error{ErrorCode::NotFound, name.str() + " has no process type " + type->str(),
                 "it has web", ""};
  }
  AppLimits& own = limits_[name];
  LimitChoices& place = type ? own.types[*type] : own.all;
  const LimitChoices choices = change.apply(place);
  TRY(kMachine.check(choices));
  place = choices;
  if (own.of(ProcessType::web(), kDefaults).memory_bytes < kUsed) {
    return hooks::ResourceOutcome{{}, {{"web.1", "it uses more memory than that"}}};
  }
  return hooks::ResourceOutcome{{"web.1"}, {}};
}

}  // namespace minpaas::test
