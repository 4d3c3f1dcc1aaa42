#include <fmt/format.h>

#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "sshd/commands/build_output.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/since.h"

namespace minpaas::sshd::commands {
namespace {

constexpr int kUsualTail = 100;
constexpr int kMostTail = 1'000'000;
constexpr int kMostIndex = 1000;
constexpr int kInterrupted = 130;

/// `web` or `web.1`
Result<void> parse_process(std::string_view text, hooks::LogQuery& query) {
  const auto dot = text.find('.');
  query.process = TRY(ProcessType::parse(text.substr(0, dot)));
  if (dot != std::string_view::npos) {
    query.index = static_cast<int>(
        TRY(parse_number(text.substr(dot + 1), "the number in --process", 1, kMostIndex)));
  }
  return {};
}

Result<hooks::LogQuery> parse_query(const Invocation& call) {
  hooks::LogQuery query;
  query.follow = call.args.has("follow");
  query.tail = TRY(number_option(call.args, "tail", 0, kMostTail));
  if (const auto since = call.args.value("since")) {
    query.since = TRY(parse_since(*since, call.clock.now()));
  }
  if (const auto process = call.args.value("process")) {
    TRY(parse_process(*process, query));
  }
  if (!query.tail && !query.since) {
    query.tail = kUsualTail;
  }
  return query;
}

void print_line(Output& out, SystemTime at, std::string_view source, std::string_view text) {
  if (out.is_json()) {
    out.json_line(Json{{"time", format_rfc3339(at)}, {"source", source}, {"text", text}});
    return;
  }
  out.data(fmt::format("{} {}: {}\n", format_rfc3339(at), sanitize_terminal(source),
                       sanitize_terminal(text)));
}

/// Why there was not one line to print.
Result<int> explain_silence(Invocation& call, const AppName& app) {
  const auto report = TRY(call.platform.app(call.actor, app));
  if (!report.live) {
    return Error{ErrorCode::NotFound,
                 fmt::format("{} has no logs, since it has never run", app.str()),
                 fmt::format("deploy it with a git push; the output of a build: builds:output {}",
                             app.str()),
                 ""};
  }
  const bool filtered = call.args.has("since") || call.args.has("tail") || call.args.has("process");
  call.out.note(filtered ? fmt::format("{} has logged nothing that fits", app.str())
                         : fmt::format("{} has logged nothing yet", app.str()));
  return 0;
}

Result<int> logs(Invocation& call) {
  const AppName app = TRY(call.app());
  if (call.args.has("build")) {
    if (call.args.has("tail") || call.args.has("since") || call.args.has("process")) {
      return Error{ErrorCode::InvalidInput,
                   "--build prints all of the newest build; --tail, --since and --process do not "
                   "go with it",
                   "", ""};
    }
    return print_build_output(call, app, std::nullopt);
  }
  const auto query = TRY(parse_query(call));
  bool silent = true;
  const auto done = call.platform.logs(
      call.actor, app, query,
      [&](SystemTime at, std::string_view source, std::string_view text) {
        silent = false;
        print_line(call.out, at, source, text);
        return !call.out.is_broken() && !call.gone.stop_requested();
      },
      call.gone);
  if (call.gone.stop_requested()) {
    return kInterrupted;
  }
  TRY(done);
  return silent && query.tail != 0 ? explain_silence(call, app) : 0;
}

}  // namespace

std::vector<Command> logs_commands() {
  return {
      {.verb = "logs",
       .summary = "Print what an app has logged; follow it",
       .operands = {{"APP"}},
       .options = {{"follow", 'f', "", "go on with new lines until Ctrl-C"},
                   {"tail", 'n', "N", "the last N lines, 100 unless --since is given"},
                   {"since", 0, "T", "from then on: 30s, 10m, 2h, 1d, or 2026-11-23T12:00:00Z"},
                   {"process", 'p', "TYPE[.N]", "only this process type, or only one of it"},
                   {"build", 0, "", "the output of the newest build instead"}},
       .example = "blog --follow --process web",
       .details =
           "Lines: 2026-11-23T12:00:00.123456+00:00 app[web.1]: text\n"
           "Control sequences other than colours are taken out. With --json each line is one "
           "object.",
       .only_reads = true,
       .shows_values = true,
       .run = logs},
  };
}

}  // namespace minpaas::sshd::commands
