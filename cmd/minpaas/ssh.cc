#include "cmd/minpaas/ssh.h"

#include <cstdlib>

#include "cmd/minpaas/child.h"
#include "cmd/minpaas/git.h"
#include "core/base/shell_quote.h"

namespace minpaas::client {
namespace {

const std::vector<std::string> kBatchOptions = {"-o", "BatchMode=yes", "-o", "ConnectTimeout=10"};

std::string chosen_line() {
  if (const char* line = std::getenv("GIT_SSH_COMMAND"); line != nullptr && *line != '\0') {
    return line;
  }
  return git::setting("core.sshCommand").value_or("");
}

/// A plain command with arguments, which the shell can become, so that signals to this process
/// reach `ssh` and not a shell that waits for it. Other lines (`A=b ssh`, `x && ssh`) need the
/// shell.
bool is_simple(std::string_view line) {
  const std::string_view first = line.substr(0, line.find(' '));
  return !first.empty() && first.find('=') == std::string_view::npos &&
         line.find_first_of(";&|()<>`{}!#\n") == std::string_view::npos;
}

}  // namespace

Ssh::Ssh(bool batch) : line_(chosen_line()), batch_(batch) {}

std::vector<std::string> Ssh::program(const std::vector<std::string>& arguments) const {
  // As git does it: the line may hold arguments, quotes and variables.
  std::vector<std::string> words =
      line_.empty() ? std::vector<std::string>{"ssh"}
                    : std::vector<std::string>{
                          "sh", "-c", (is_simple(line_) ? "exec " : "") + line_ + " \"$@\"", line_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::vector<std::string> Ssh::command(const ServerAddress& server, Terminal terminal,
                                      const std::vector<std::string>& words) const {
  std::vector<std::string> arguments{terminal == Terminal::Wanted ? "-t" : "-T"};
  if (batch_) {
    arguments.insert(arguments.end(), kBatchOptions.begin(), kBatchOptions.end());
  }
  if (!server.port.empty()) {
    arguments.insert(arguments.end(), {"-p", server.port});
  }
  if (!server.user.empty()) {
    arguments.insert(arguments.end(), {"-l", server.user});
  }
  arguments.insert(arguments.end(), {"--", server.host, exec_line(words)});
  return program(arguments);
}

bool Ssh::knows_host(const std::string& name) const {
  const auto answer = ask(program({"-G", "--", name}));
  // Without a Host of that name its HostName is the name itself.
  return answer && answer->status == 0 &&
         ("\n" + answer->out).find("\nhostname " + name + "\n") == std::string::npos;
}

std::string Ssh::for_git() const {
  return batch_ ? (line_.empty() ? "ssh" : line_) + " -o BatchMode=yes -o ConnectTimeout=10" : "";
}

std::string exec_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    line += (line.empty() ? "" : " ") + shell_quote(word);
  }
  return line;
}

}  // namespace minpaas::client
