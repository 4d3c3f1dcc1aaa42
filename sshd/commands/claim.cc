#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

Result<int> claim(Invocation& call) {
  const auto row = TRY(call.platform.people().claim(call.actor, call.args.operand(0),
                                                    call.args.value("name").value_or("admin")));
  if (call.out.is_json()) {
    call.out.json(
        Json{{"user", row.user}, {"fingerprint", row.key.fingerprint}, {"claimed", true}});
  } else {
    call.out.note(fmt::format("This server is yours: {} is its administrator, with {}",
                              printable(row.user), row.key.fingerprint));
  }
  return 0;
}

}  // namespace

std::vector<Command> claim_commands() {
  return {{.verb = "claim",
           .summary = "Become the first administrator of a server that has none",
           .operands = {{"CODE"}},
           .options = {{.name = "name",
                        .value = "NAME",
                        .help = "what you are called; admin when left out"}},
           .example = "7Q4K-9M2X-T0VB-HN3E",
           .details = "The server prints the code when it starts without an administrator's key; "
                      "`minpaasd claim-code`\nprints a fresh one. It lets the key in that you "
                      "came with, once.",
           .words_may_be_secret = true,
           .run = claim}};
}

}  // namespace minpaas::sshd::commands
