#include <unistd.h>

#include "cmd/minpaas/app_words.h"
#include "cmd/minpaas/child.h"
#include "cmd/minpaas/own_verbs.h"

namespace minpaas::client {
namespace {

bool needs_app(const CommandLine& line) {
  return line.known != nullptr && line.known->app != AppPlace::None && !line.options.app;
}

}  // namespace

Result<int> pass_on(const OwnCall& call) {
  const CommandLine& line = call.line;
  std::optional<std::string> usual;
  if (needs_app(line)) {
    usual = TRY(call.surroundings.usual_app());
  }
  std::vector<std::string> words = with_confirmation(line, TRY(with_app(line, usual)));
  words.insert(words.begin(), line.verb);
  const ServerAddress server = TRY(call.surroundings.server());
  const bool is_program = line.known != nullptr && line.known->runs_program;
  const bool at_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  return become(call.ssh.command(
      server, is_program && at_terminal ? Terminal::Wanted : Terminal::None, words));
}

}  // namespace minpaas::client
