#include "sshd/commands/command_handler.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/access/first_claim.h"
#include "sshd/commands/exec_line.h"
#include "sshd/commands/help_text.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/run_command.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

/// A cause is for the log only, and this is the last place that sees it.
int fail(const ExecRequest& request, Output& out, std::string_view verb, const Error& error) {
  if (!error.cause.empty()) {
    log::warn("{} for {}: {}", verb, request.actor.name, error.for_log());
  }
  out.error(error);
  return exit_status(error.code);
}

int greet(const ExecRequest& request, Output& out) {
  out.data(fmt::format("Hello {}, this is MinPaas {}. There is no shell here.\n\n{}",
                       printable(request.actor.name), MINPAAS_VERSION, overview()));
  return 0;
}

/// `--help` and `--version` in place of a verb, as programs have them.
std::string_view verb_of(const Word& word) {
  if (word.text == "--help" || word.text == "-h") {
    return "help";
  }
  return word.text == "--version" ? std::string_view("version") : word.text;
}

/// `apps create blog` is apps with too many words, and meant apps:create.
Error with_joined(const Error& error, std::string_view verb, std::span<const Word> rest) {
  const std::string joined = rest.empty() ? "" : fmt::format("{}:{}", verb, rest.front().text);
  return find_command(joined) == nullptr
             ? error
             : error.with_hint(fmt::format("write it as one word: {}", joined));
}

/// No config value of an app that one of the words names is in what is said of them.
Error without_secrets(Error error, hooks::Platform& platform, const Actor& actor,
                      std::span<const Word> words) {
  constexpr std::size_t kMostNames = 8;
  for (const Word& word : words.first(std::min(words.size(), kMostNames))) {
    const auto name = AppName::parse(word.text);
    if (!name) {
      continue;
    }
    const auto mask = platform.secret_mask(actor, *name);
    if (!mask) {
      return mask.error();
    }
    error.message = (*mask)->apply_to_whole(error.message);
  }
  return error;
}

}  // namespace

int CommandHandler::run(const ExecRequest& request, ExecStreams& streams) {
  if (request.actor.role == Role::Stranger) {
    return serve_stranger(request, streams);
  }
  return serve(request, streams);
}

/// Nothing but `claim` is there for whom nobody knows.
int CommandHandler::serve_stranger(const ExecRequest& request, ExecStreams& streams) {
  const auto words = split_exec_line(request.command);
  if (words && !words->empty() && words->front().text == "claim") {
    return serve(request, streams);
  }
  const bool json = words && asks_for("json", *words);
  Output out(streams.out, streams.err, json ? Form::Json : Form::People);
  return fail(request, out, "command", hooks::not_claimed());
}

int CommandHandler::serve(const ExecRequest& request, ExecStreams& streams) {
  const auto words = split_exec_line(request.command);
  const bool json =
      words ? asks_for("json", *words) : request.command.find(" --json") != std::string::npos;
  Output out(streams.out, streams.err, json ? Form::Json : Form::People);
  if (!words) {
    return fail(request, out, "command", words.error());
  }
  if (words->empty()) {
    return greet(request, out);
  }
  const std::string_view verb = verb_of(words->front());
  const auto rest = std::span(*words).subspan(1);
  const Command* command = find_command(verb);
  if (command == nullptr) {
    return fail(request, out, "command",
                unknown_verb(verb, rest.empty() ? std::string_view() : rest.front().text));
  }
  const auto args = Arguments::parse(*command, rest);
  if (!args) {
    const Error error = without_secrets(args.error(), platform_, request.actor, rest);
    return fail(request, out, command->verb, with_joined(error, verb, rest));
  }
  if (args->has("help")) {
    out.data(explain(*command));
    return 0;
  }
  // Not as above: a program's own --json is none of ours.
  Output told(streams.out, streams.err, args->has("json") ? Form::Json : Form::People);
  Invocation call{request.actor,        platform_, clock_, *args, told, streams.in, streams.gone,
                  request.has_terminal, request,   streams};
  const auto status = run_command(*command, call);
  return status ? *status : fail(request, told, command->verb, status.error());
}

bool CommandHandler::is_program(const ExecRequest& request) const {
  const auto words = split_exec_line(request.command);
  const Command* command = words && !words->empty() ? find_command(words->front().text) : nullptr;
  return command != nullptr && command->runs_program;
}

}  // namespace minpaas::sshd::commands
