#include "sshd/commands/progress.h"

#include <fmt/format.h>

#include "sshd/commands/json.h"

namespace minpaas::sshd::commands {
namespace {

using state::DeployStage;

/// The lines that were shown are kept with the deploy: those of the containers that died are there
/// and nowhere else.
std::string where_it_shows(const AppName& app, const Deed& deed, std::int64_t deploy) {
  return deploy == 0
             ? std::string(deed.untouched)
             : fmt::format("{}; look at: builds:output {} {}", deed.untouched, app.str(), deploy);
}

/// Failed, cancelled, superseded, or not at its end because the follower left.
Error no_success(const AppName& app, const Deed& deed, const hooks::DeployOutcome& outcome) {
  const std::string because = outcome.reason.empty() ? "" : ": " + outcome.reason;
  switch (outcome.stage) {
    case DeployStage::Failed:
      return {outcome.failure, fmt::format("the {} of {} failed{}", deed.noun, app.str(), because),
              where_it_shows(app, deed, outcome.deploy), ""};
    case DeployStage::Cancelled:
      return {ErrorCode::Cancelled,
              fmt::format("the {} of {} was cancelled{}", deed.noun, app.str(), because),
              std::string(deed.untouched), ""};
    case DeployStage::Superseded:
      return {ErrorCode::Conflict,
              fmt::format("the {} of {} gave way to a newer one{}", deed.noun, app.str(), because),
              std::string(deed.untouched), ""};
    default:
      return {ErrorCode::Cancelled,
              fmt::format("you left the {} of {}, which goes on", deed.noun, app.str()),
              fmt::format("see how it ends: ps {0}, or releases {0}", app.str()), ""};
  }
}

}  // namespace

hooks::Follow show_progress(Invocation& call) {
  return {.line =
              [&call](std::string_view line) {
                call.out.note(line);
                return !call.out.is_broken() && !call.gone.stop_requested();
              },
          .tick = [] {},
          .gone = call.gone,
          .begun = [&call](std::int64_t deploy) { call.out.deploy(deploy); }};
}

Result<int> report_outcome(Invocation& call, const AppName& app, const Deed& deed,
                           const Result<hooks::DeployOutcome>& outcome) {
  if (!outcome) {
    const bool left =
        call.gone.stop_requested() && (outcome.error().code == ErrorCode::Cancelled ||
                                       outcome.error().code == ErrorCode::Disconnected);
    hooks::DeployOutcome unknown;
    unknown.stage = DeployStage::Queued;
    return left ? no_success(app, deed, unknown) : outcome.error();
  }
  if (outcome->stage != DeployStage::Succeeded) {
    const Error error = no_success(app, deed, *outcome);
    call.out.error(error, outcome->deploy);
    return exit_status(error.code);
  }
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()},
                       {"deploy", outcome->deploy == 0 ? Json(nullptr) : Json(outcome->deploy)},
                       {"status", to_string(outcome->stage)},
                       {"release", json_release(outcome->release)},
                       {"url", json_text(outcome->url)}});
    return 0;
  }
  if (outcome->release) {
    call.out.note(fmt::format("{}: {}", deed.done, outcome->release->str()));
  } else if (outcome->deploy == 0) {
    call.out.note(fmt::format("Nothing changed: {} {}", app.str(), deed.unchanged));
  } else {
    call.out.note(fmt::format("{}; {}", deed.done, deed.stored));
  }
  return 0;
}

}  // namespace minpaas::sshd::commands
