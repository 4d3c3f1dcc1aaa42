#include "sshd/commands/run_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sshd/commands/on_record.h"

namespace minpaas::sshd::commands {
namespace {

constexpr std::array<std::string_view, 3> kAppOperands{"APP", "OLD", "NEW"};

Error outside(const Command& command, const std::vector<std::string>& apps) {
  return {ErrorCode::PermissionDenied,
          fmt::format("the scope of this token does not allow {}{}{}", command.verb,
                      apps.empty() ? "" : " on ", fmt::join(apps, ", ")),
          "make one that does: ssh minpaas tokens:create NAME --scope VERBS@APPS", ""};
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
  const bool allowed = call.actor.scope.allows(command.verb, apps);
  if (allowed && command.starts_program) {
    put_start_on_record(command, call, apps);
  }
  Result<int> result = allowed ? command.run(call) : outside(command, apps);
  put_on_record(command, call, apps, result);
  return result;
}

}  // namespace minpaas::sshd::commands
