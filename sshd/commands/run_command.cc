#include "sshd/commands/run_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hooks/access/app_access.h"
#include "sshd/commands/answer_mask.h"
#include "sshd/commands/on_record.h"

namespace minpaas::sshd::commands {
namespace {

constexpr std::array<std::string_view, 3> kAppOperands{"APP", "OLD", "NEW"};

Error outside(const Command& command, const std::vector<std::string>& apps) {
  return {ErrorCode::PermissionDenied,
          fmt::format("the scope of this key or token does not allow {}{}{}", command.verb,
                      apps.empty() ? "" : " on ", fmt::join(apps, ", ")),
          "make one that does: tokens:create and keys:add take --scope VERBS@APPS", ""};
}

/// On what the command rests for as long as it runs. A command about two apps is soon over.
hooks::Claim claim_of(const Command& command, const Actor& actor,
                      const std::vector<std::string>& apps) {
  hooks::Claim claim{actor, std::nullopt, command.needs};
  if (apps.size() == 1) {
    const auto app = AppName::parse(apps.front());
    claim.app = app ? std::optional(*app) : std::nullopt;
  }
  return claim;
}

/// No config value of the app is in what it says of its failure, or nothing is said of that. Who
/// may not see the app reads of it what they would read of one that is not there.
Error without_secrets(Error error, const Invocation& call, const std::vector<std::string>& apps) {
  if (hooks::is_hidden(error)) {
    return error;
  }
  for (const std::string& name : apps) {
    const auto mask = mask_for(call, name);
    if (!mask) {
      return mask.error();
    }
    error.message = (*mask)->apply_to_whole(error.message);
    error.hint = (*mask)->apply_to_whole(error.hint);
  }
  return error;
}

/// How a command has ended, and why not all of it was said.
struct Run {
  Result<int> result;
  std::optional<Error> unsaid = std::nullopt;
};

/// Lists of all apps have no values in them, and look none up. What cannot be said is not begun.
Run run_without_secrets(const Command& command, Invocation& call,
                        const std::vector<std::string>& apps) {
  if (apps.empty()) {
    return {command.run(call)};
  }
  AnswerMask mask(call, apps);
  const auto ready = command.shows_values ? Result<void>() : mask.prepare();
  if (!ready && command.says_no_values) {
    return {command.run(call)};
  }
  if (!ready) {
    return {ready.error(), ready.error()};
  }
  call.out.hide_with([&mask](std::string_view text) { return mask.apply(text); },
                     command.shows_values ? Output::Data::Shown : Output::Data::Hidden);
  Result<int> result = command.run(call);
  call.out.hide_with(nullptr);
  return {std::move(result), mask.failure()};
}

Result<int> run_while_allowed(const Command& command, Invocation& call,
                              const std::vector<std::string>& apps) {
  const hooks::StandingWatch::Watched standing(call.platform.standing(),
                                               claim_of(command, call.actor, apps), call.gone);
  ExecStreams streams = call.streams;
  streams.gone = standing.gone();
  Invocation watched{call.actor, call.platform,   call.clock,        call.args,    call.out,
                     call.in,    standing.gone(), call.has_terminal, call.request, streams};
  const auto [result, unsaid] = run_without_secrets(command, watched, apps);
  call.on_record = std::move(watched.on_record);
  auto loss = standing.loss();
  if (!loss && call.gone.stop_requested()) {
    // A key that was taken away ends its connection, which can be seen first.
    const auto still = call.platform.standing().require(claim_of(command, call.actor, apps));
    loss = still ? std::nullopt : std::optional(still.error());
  }
  if (loss && (!result || *result != 0)) {
    put_cut_on_record(command, call, apps);
    return *loss;
  }
  put_on_record(command, call, apps, result);
  if (unsaid) {
    return *unsaid;
  }
  return result ? result : without_secrets(result.error(), call, apps);
}

Result<void> require_scope(const Command& command, const Invocation& call,
                           const std::vector<std::string>& apps) {
  return call.actor.scope.allows(command.verb, apps) ? Result<void>() : outside(command, apps);
}

/// Apps that the command was about and has left under their names.
std::vector<std::string> apps_left(const Command& command, std::vector<std::string> apps) {
  if (command.frees_name && !apps.empty()) {
    apps.erase(apps.begin());
  }
  return apps;
}

Result<void> require_still(const Command& command, const Invocation& call,
                           const std::vector<std::string>& apps, Role role_then) {
  TRY(require_scope(command, call, apps));
  if (apps.empty() && role_then == Role::Admin) {
    TRY(hooks::require_admin(call.actor));
  }
  for (const std::string& app : apps_left(command, apps)) {
    TRY(call.platform.standing().require(claim_of(command, call.actor, {app})));
  }
  return {};
}

/// Who may not has nothing begun; the command itself says so. Any other error leaves that open.
bool is_denied(const Result<void>& allowed) {
  return !allowed && (allowed.error().code == ErrorCode::PermissionDenied ||
                      allowed.error().code == ErrorCode::NotFound);
}

}  // namespace

std::vector<std::string> apps_of(const Command& command, const Arguments& args) {
  std::vector<std::string> apps = args.values("app");
  for (std::size_t place = 0; place < command.operands.size(); ++place) {
    const auto operand = args.optional_operand(place);
    if (operand && std::ranges::count(kAppOperands, command.operands[place].name) > 0) {
      apps.push_back(*operand);
    }
  }
  return apps;
}

Result<int> run_command(const Command& command, Invocation& call) {
  const auto apps = apps_of(command, call.args);
  if (const auto allowed = require_scope(command, call, apps); !allowed) {
    put_on_record(command, call, apps, allowed.error());
    return allowed.error();
  }
  if (command.starts_program && !is_denied(require_still(command, call, apps, Role::Member))) {
    put_start_on_record(command, call, apps);
  }
  return run_while_allowed(command, call, apps);
}

Result<void> require_allowed_again(const Command& command, const Invocation& call, Role role_then) {
  const auto apps = apps_of(command, call.args);
  const auto allowed = require_still(command, call, apps, role_then);
  if (!allowed) {
    put_on_record(command, call, apps, allowed.error());
  }
  return allowed;
}

}  // namespace minpaas::sshd::commands
