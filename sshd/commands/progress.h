#pragma once

#include <string_view>

#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {

/// A follower that shows the lines of a deploy on stderr, and leaves when the peer does.
hooks::Follow show_progress(Invocation& call);

/// Words of the closing sentence: "Restarted blog; v12 is live at URL", "the restart of blog ...".
struct Deed {
  std::string done;
  std::string_view noun;
  /// The command that shows why it failed.
  std::string_view look_at;
  /// What is left as it was when the deploy fails.
  std::string_view untouched;
};

/// Prints how a deploy has ended, and turns an end without success into its Error.
Result<int> report_outcome(Invocation& call, const AppName& app, const Deed& deed,
                           const Result<hooks::DeployOutcome>& outcome);

}  // namespace minpaas::sshd::commands
