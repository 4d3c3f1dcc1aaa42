#include "tests/support/fake_checks.h"

#include "hooks/checks/check_plan.h"

namespace minpaas::test {

Result<std::vector<hooks::CheckReport>> FakeChecks::report(const Actor& actor,
                                                           const AppName& name) {
  TRY(platform_.app(actor, name));
  const CheckChoices chosen = chosen_[name];
  const ProcessType web = ProcessType::web();
  auto plan = hooks::plan_checks(web, {}, chosen, {});
  return std::vector<hooks::CheckReport>{{web, std::move(plan), chosen}};
}

Result<void> FakeChecks::set(const Actor& actor, const AppName& name, const ProcessType& type,
                             const CheckChange& change) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  if (!type.is_web()) {
    return Error{ErrorCode::NotFound, name.str() + " has no process type " + type.str(),
                 "it has web", ""};
  }
  chosen_[name] = change.apply(chosen_[name]);
  return {};
}

}  // namespace minpaas::test
