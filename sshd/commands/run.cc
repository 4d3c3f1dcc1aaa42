#include <fmt/format.h>

#include "core/base/text.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/nouns.h"

namespace minpaas::sshd::commands {
namespace {

constexpr int kMostIndex = 1000;
constexpr std::string_view kTerminal =
    "ssh -t gives it a terminal. Your own shell takes one pair of quotes off, so words with "
    "blanks,\n"
    "quotes, |, * or ; need a second pair:\n"
    "  ssh minpaas \"run blog -- sh -c 'ls | wc -l'\"";

/// The words from `place` on, with what the peer's side says of its terminal.
hooks::ProgramRequest program_from(const Invocation& call, std::size_t place) {
  hooks::ProgramRequest program;
  for (const Word& word : call.args.operands_from(place)) {
    program.words.push_back(word.text);
  }
  if (call.request.has_terminal) {
    program.window = call.request.window;
    program.terminal_type = call.request.terminal_type;
  }
  return program;
}

/// Never with a value in the message.
Result<ConfigVars> parse_env(const std::vector<std::string>& values) {
  ConfigVars vars;
  for (const std::string& value : values) {
    const auto equals = value.find('=');
    if (equals == std::string::npos) {
      return Error{ErrorCode::InvalidInput, "--env wants KEY=VALUE",
                   "for example: run blog --env DEBUG=1 -- python manage.py check", ""};
    }
    const auto key = TRY(ConfigKey::parse(value.substr(0, equals)));
    vars.insert_or_assign(key,
                          TRY(parse_config_value(key, std::string_view(value).substr(equals + 1))));
  }
  return vars;
}

/// The program's status; a sentence where it can have said nothing itself.
int report(Invocation& call, const hooks::ProgramOutcome& outcome) {
  if (!outcome.trouble.empty()) {
    call.out.error({ErrorCode::Failed, outcome.trouble, "", ""});
  }
  return outcome.status;
}

Result<int> run(Invocation& call) {
  const AppName app = TRY(call.app());
  auto program = program_from(call, 1);
  program.env = TRY(parse_env(call.args.values("env")));
  return report(call, TRY(call.platform.run(call.actor, app, program, call.streams)));
}

/// `web.1`
Result<std::pair<ProcessType, int>> parse_process(const std::string& text, const AppName& app) {
  const auto dot = text.rfind('.');
  const auto type = ProcessType::parse(text.substr(0, dot));
  const auto index = parse_number(dot == std::string::npos ? "" : text.substr(dot + 1),
                                  "the number", 1, kMostIndex);
  if (!type || !index) {
    return Error{ErrorCode::InvalidInput, fmt::format("'{}' names no process", text),
                 fmt::format("write it as web.1; list them: ps {}", app.str()), ""};
  }
  return std::pair(*type, static_cast<int>(*index));
}

Result<int> exec(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto [type, index] = TRY(parse_process(call.args.operand(1), app));
  return report(call, TRY(call.platform.exec(call.actor, app, type, index, program_from(call, 2),
                                             call.streams)));
}

}  // namespace

std::vector<Command> run_commands() {
  return {
      {.verb = "run",
       .summary = "Run a program in a container of its own",
       .operands = {{"APP"}, {"COMMAND", Arity::Several}},
       .options = {{.name = "env",
                    .value = "KEY=VALUE",
                    .help = "a config var for this program only",
                    .repeated = true}},
       .example = "blog -- python manage.py migrate",
       .details = "It has the live release's image, config and limits, and is removed at its end.\n"
                  "Its exit status is passed on; without a terminal its input can be piped.\n"
                  "When your connection ends, so does it.",
       .with_ssh = kTerminal,
       .words_may_be_secret = true,
       .runs_program = true,
       .starts_program = true,
       .needs = AppRight::Deploy,
       .shows_values = true,
       .run = run},
      {.verb = "exec",
       .summary = "Run a program inside the container of a process",
       .operands = {{"APP"}, {"TYPE.N"}, {"COMMAND", Arity::Several}},
       .example = "blog web.1 -- ps",
       .details = "Its exit status is passed on; without a terminal its input can be piped.\n"
                  "When your connection ends, so does it.",
       .with_ssh = kTerminal,
       .words_may_be_secret = true,
       .runs_program = true,
       .starts_program = true,
       .needs = AppRight::Deploy,
       .shows_values = true,
       .run = exec},
  };
}

}  // namespace minpaas::sshd::commands
