#include <fmt/format.h>

#include "cmd/command_docs/roff.h"
#include "cmd/command_docs/writers.h"

namespace minpaas::command_docs {
namespace {

using sshd::commands::Option;

constexpr std::string_view kHead = R"(.SH NAME
minpaas \- steer a MinPaas server, and deploy to it, over ssh
.SH SYNOPSIS
.B minpaas
.RI [ OPTION ...]
.I COMMAND
.RI [ WORD ...]
.SH DESCRIPTION
.B minpaas
runs the commands of a MinPaas server with the
.BR ssh (1)
and the
.BR git (1)
of this machine, with their keys and configuration.
Streams, terminal and exit status pass through, and words arrive as they were typed.
.PP
The server is that of
.BR \-\-host ,
of the git remote of
.BR \-\-remote ,
of
.BR MINPAAS_HOST ,
of the git remote
.BR minpaas ,
or the Host
.B minpaas
of
.BR ssh_config (5):
the first that there is.
The app is that of
.BR \-\-app ,
of the git remote of
.BR \-\-remote ,
of
.BR MINPAAS_APP ,
or of the git remote
.BR minpaas .
It is put before the words of a command that is about an app, unless the first word is its name or
the command has all the words that it takes.
)";

constexpr std::string_view kTail = R"(.SH ENVIRONMENT
.TP
.B MINPAAS_HOST
The server, as
.B \-\-host
has it.
.TP
.B MINPAAS_APP
The app that is meant.
.TP
.B GIT_SSH_COMMAND
The
.B ssh
to use, as git uses it.
.SH EXIT STATUS
That of the server's command:
.B 0
done,
.B 1
failed,
.B 2
wrong usage or input,
.B 3
no such thing,
.B 4
not allowed,
.B 5
in conflict or busy,
.B 124
timed out,
.B 130
cancelled;
.B 255
is of
.BR ssh ,
when there is no connection.
.B run
and
.B exec
pass that of the program,
.B deploy
that of
.BR "git push" .
.SH SEE ALSO
.BR ssh (1),
.BR git\-push (1),
.BR ssh_config (5),
.BR minpaasd (8)
)";

std::string options(std::span<const Option> all, bool has_json) {
  std::string text;
  for (const Option& option : all) {
    text += roff::item(option_text(option), option.help);
  }
  return text + (has_json ? roff::item("--json", "print JSON, for programs") : "");
}

std::string command(const Page& page) {
  std::string text =
      fmt::format(".SS {}\n{}.\n.PP\n.nf\n", roff::word(page.verb), roff::text(page.summary));
  for (const std::string& usage : page.usages) {
    text += fmt::format(".B {}\n", roff::word("minpaas " + usage));
  }
  text += ".fi\n";
  if (!page.alias.empty()) {
    text += fmt::format(".PP\nAlso as\n.BR {} .\n", roff::word(page.alias));
  }
  text += options(page.options, page.has_json);
  if (!page.details.empty()) {
    text += ".PP\n" + roff::verbatim(page.details);
  }
  return text + fmt::format(".PP\nExample:\n.PP\n.nf\n  {}\n.fi\n",
                            roff::text(fmt::format("minpaas {}{}{}", page.verb,
                                                   page.example.empty() ? "" : " ", page.example)));
}

}  // namespace

std::string client_manual(const std::vector<Page>& all, std::string_view date) {
  std::string text = fmt::format(
      ".\\\" Made from the command table by cmd/command_docs.\n"
      ".TH MINPAAS 1 {} \"MinPaas {}\" \"MinPaas\"\n.nh\n{}.SH OPTIONS\n"
      "They stand before the command or behind it.\n{}",
      date, MINPAAS_VERSION, kHead, options(client_options(), false));
  std::string_view section;
  for (const Page& page : all) {
    const std::string_view wanted =
        page.owner == Owner::Client ? "COMMANDS OF THE CLIENT" : "COMMANDS OF THE SERVER";
    if (wanted != section) {
      section = wanted;
      text += fmt::format(".SH {}\n", section);
    }
    text += command(page);
  }
  return text + std::string(kTail);
}

}  // namespace minpaas::command_docs
