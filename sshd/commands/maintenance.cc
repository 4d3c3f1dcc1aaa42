#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

Result<int> begin(Invocation& call) {
  const AppName app = TRY(call.app());
  const bool changed = TRY(call.platform.maintenance().set(call.actor, app, router::Shown::Page));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"maintenance", true}});
    return 0;
  }
  call.out.note(fmt::format("{} is in maintenance{}: visitors see a page that says so", app.str(),
                            changed ? "" : " already"));
  call.out.note(fmt::format("hint: to end it: maintenance:off {}", app.str()));
  return 0;
}

Result<int> end(Invocation& call) {
  const AppName app = TRY(call.app());
  const bool changed = TRY(call.platform.maintenance().set(call.actor, app, router::Shown::App));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"maintenance", false}});
  } else {
    call.out.note(changed ? fmt::format("{} is shown to its visitors again", app.str())
                          : fmt::format("{} was not in maintenance", app.str()));
  }
  return 0;
}

}  // namespace

std::vector<Command> maintenance_commands() {
  return {
      {.verb = "maintenance:on",
       .summary = "Show visitors a page in place of an app",
       .operands = {kApp},
       .example = "blog",
       .details = "Requests are answered with status 503 and a friendly page, until "
                  "maintenance:off. What runs goes on,\nand pushes deploy.",
       .needs = AppRight::Deploy,
       .says_no_values = true,
       .run = begin},
      {.verb = "maintenance:off",
       .summary = "Show visitors the app again",
       .operands = {kApp},
       .example = "blog",
       .needs = AppRight::Deploy,
       .run = end},
  };
}

}  // namespace minpaas::sshd::commands
