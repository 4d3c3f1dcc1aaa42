#include "cmd/command_docs/client_commands.h"

#include <array>

#include "cmd/command_docs/pages.h"

namespace minpaas::command_docs {
namespace {

using sshd::commands::Arity;
using sshd::commands::Command;
using sshd::commands::Option;

constexpr std::array<Option, 7> kClientOptions = {{
    {"app", 'a', "APP", "the app that is meant; no word of the command is taken for one then"},
    {"host", 0, "HOST[:PORT]", "the server, also USER@HOST or a Host of the ssh configuration"},
    {"remote", 0, "NAME",
     "take server and app from this git remote, not from the one called minpaas"},
    {"no-app", 0, "", "leave the words as they are, the app is among them if it is needed"},
    {"batch", 0, "", "ask no questions, and give up when the server does not answer for 10 s"},
    {"help", 'h', "", "explain the command, or list all"},
    {"version", 0, "", "print the version of this program"},
}};

}  // namespace

std::vector<Command> client_commands() {
  return {
      {.verb = "init",
       .summary = "Give this git repository a remote that leads to an app",
       .operands = {{"APP", Arity::Optional}},
       .options = {{.name = "force", .help = "change the remote when it leads elsewhere"}},
       .example = "blog --host my-server:2222",
       .details =
           "Without APP the app is called like the folder. Without --host the server is that of\n"
           "MINPAAS_HOST, or the Host minpaas of the ssh configuration. The remote is called\n"
           "minpaas, or as --remote says. Nothing is sent to the server: the first deploy makes\n"
           "the app."},
      {.verb = "deploy",
       .summary = "Push this git repository to its app",
       .options = {{"branch", 0, "NAME",
                    "push to this branch; the app's deploy branch unless given"},
                   {"push-option", 'o', "OPTION",
                    "as of git push: plan, no-cache, skip-release, note=TEXT", false, true}},
       .example = "-o plan",
       .details =
           "It is git push of HEAD, whatever branch that is on, to the branch that the server "
           "deploys; exit\n"
           "status and output are git's."},
      {.verb = "open",
       .summary = "Open the URL of an app in a browser",
       .operands = {{"APP", Arity::Optional}},
       .details = "The URL is printed too, and only that where there is no browser."},
      {.verb = "help",
       .summary = "List the commands, or explain one; no server is asked",
       .operands = {{"COMMAND", Arity::Optional}},
       .example = "config:set"},
  };
}

std::span<const Option> client_options() {
  return kClientOptions;
}

}  // namespace minpaas::command_docs
