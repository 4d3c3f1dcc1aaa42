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
  /// What is left as it was when the deploy fails.
  std::string_view untouched;
  /// Said of the app when there was nothing to do.
  std::string_view unchanged = "has these values already";
  /// Said before the first release.
  std::string_view stored = "the first release will have it";
};

/// Prints how a deploy has ended; one without success as an error that says where its output is.
Result<int> report_outcome(Invocation& call, const AppName& app, const Deed& deed,
                           const Result<hooks::DeployOutcome>& outcome);

}  // namespace minpaas::sshd::commands
