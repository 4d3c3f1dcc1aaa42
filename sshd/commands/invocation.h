#pragma once

#include <string>

#include "hooks/service/platform.h"
#include "sshd/commands/arguments.h"
#include "sshd/commands/output.h"
#include "sshd/exec.h"

namespace minpaas::sshd::commands {

/// What a handler works with: one run of one command. Thread: one.
struct Invocation {
  const Actor& actor;
  hooks::Platform& platform;
  const Clock& clock;
  const Arguments& args;
  Output& out;
  ByteReader& in;
  std::stop_token gone;
  bool has_terminal = false;
  const ExecRequest& request;
  ExecStreams& streams;
  /// What goes on record besides the words when all went well: of what came by standard input, that
  /// which is no secret.
  std::string on_record = {};

  /// The first operand as an app's name. Errors: InvalidInput.
  [[nodiscard]] Result<AppName> app() const { return AppName::parse(args.operand(0)); }

  /// All of standard input, at most `most_bytes`. `what` names it in messages ("a public key").
  /// Errors: InvalidInput (more than that, or a person sits at a terminal), Timeout, Cancelled.
  [[nodiscard]] Result<std::string> read_input(std::size_t most_bytes, std::string_view what);
};

/// A number option such as --tail, at least `least`. Errors: InvalidInput.
Result<std::optional<int>> number_option(const Arguments& args, std::string_view name, int least,
                                         int most);

}  // namespace minpaas::sshd::commands
