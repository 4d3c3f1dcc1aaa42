#include <fmt/format.h>

#include "hooks/pipeline/scaling.h"
#include "tests/support/fake_platform.h"

namespace minpaas::test {
namespace {

using state::DeployKind;
using state::DeployStage;

hooks::DeployOutcome nothing_deployed() {
  hooks::DeployOutcome outcome;
  outcome.stage = DeployStage::Succeeded;
  return outcome;
}

}  // namespace

Result<FakePlatform::App*> FakePlatform::find_live(const AppName& name) {
  App* app = TRY(find_open(name));
  if (app->live() == nullptr) {
    return Error{ErrorCode::Conflict, "nothing was pushed to this app yet",
                 "push it with git first", ""};
  }
  return app;
}

Result<hooks::DeployOutcome> FakePlatform::play_same(App& app, const state::DeployRow& row,
                                                     const hooks::Follow& follow) {
  const auto releases = app.releases;
  auto outcome = play(app, row, *app.live(), follow);
  app.releases = releases;
  return outcome;
}

Result<hooks::DeployOutcome> FakePlatform::restart(const Actor& actor, const AppName& name,
                                                   const std::optional<ProcessType>& type,
                                                   const hooks::Follow& follow) {
  App* app = TRY(find_live(name));
  if (type) {
    TRY(hooks::require_process_type(*app->live(), *type));
  }
  app->stopped = app->stopped && script.stage != DeployStage::Succeeded;
  return play_same(*app, new_row(name, DeployKind::Restart, actor), follow);
}

Result<hooks::DeployOutcome> FakePlatform::stop(const Actor& actor, const AppName& name,
                                                const hooks::Follow& follow) {
  App* app = TRY(find_live(name));
  if (app->stopped) {
    return nothing_deployed();
  }
  app->stopped = script.stage == DeployStage::Succeeded;
  return play_same(*app, new_row(name, DeployKind::Stop, actor), follow);
}

Result<hooks::DeployOutcome> FakePlatform::start(const Actor& actor, const AppName& name,
                                                 const hooks::Follow& follow) {
  App* app = TRY(find_live(name));
  if (!app->stopped) {
    return nothing_deployed();
  }
  app->stopped = script.stage != DeployStage::Succeeded;
  return play_same(*app, new_row(name, DeployKind::Start, actor), follow);
}

Result<hooks::DeployOutcome> FakePlatform::scale(const Actor& actor, const AppName& name,
                                                 const Formation& quantities,
                                                 const hooks::Follow& follow) {
  App* app = TRY(find_live(name));
  const Formation formation = TRY(hooks::scaled(*app->live(), quantities));
  if (formation == app->live()->formation) {
    return nothing_deployed();
  }
  Release next = next_release(name, *app, actor, "Scale");
  next.formation = formation;
  return play(*app, new_row(name, DeployKind::Scale, actor), next, follow);
}

Result<void> FakePlatform::lock(const Actor& actor, const AppName& name) {
  App* app = TRY(find(name));
  if (app->locked_by) {
    return Error{ErrorCode::Conflict,
                 fmt::format("{} is locked already, by {}", name.str(), *app->locked_by), "", ""};
  }
  app->locked_by = actor.name;
  app->locked_at = clock_.now();
  return {};
}

Result<bool> FakePlatform::unlock(const Actor& /*actor*/, const AppName& name) {
  App* app = TRY(find(name));
  const bool was_locked = app->locked_by.has_value();
  app->locked_by.reset();
  app->locked_at.reset();
  return was_locked;
}

Result<void> FakePlatform::require_open(const Actor& /*actor*/, const AppName& name) {
  const auto app = find_open(name);
  return app || app.error().code == ErrorCode::NotFound ? Result<void>() : app.error();
}

}  // namespace minpaas::test
