#include <fmt/format.h>

#include <limits>
#include <map>
#include <set>

#include "core/base/log.h"
#include "core/base/text.h"
#include "sshd/commands/answer_mask.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/since.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr int kUsualTail = 50;
constexpr int kMostTail = 1'000'000;
constexpr int kInterrupted = 130;

Json to_json(const state::EventRow& row) {
  return {{"seq", row.seq},
          {"time", format_rfc3339(row.at)},
          {"actor", row.actor},
          {"credential", json_text(row.credential)},
          {"from", json_text(row.from)},
          {"app", json_text(row.app)},
          {"action", row.action},
          {"detail", json_text(row.detail)},
          {"result", row.result}};
}

/// A line of its own, since there may come more: columns would need all of them.
std::string line_of(const state::EventRow& row) {
  std::string what = row.action;
  for (const std::string* part : {&row.app, &row.detail}) {
    what += part->empty() ? "" : " " + *part;
  }
  return fmt::format("{} {} {}: {} ({}{})\n", format_rfc3339(row.at), row.seq, printable(row.actor),
                     printable(what), row.result,
                     row.from.empty() ? "" : ", from " + printable(row.from));
}

/// Rows of all apps, each without the config values of its app: as `events APP` shows them. Where
/// they cannot be read, the row is without its detail, which is said once of each app.
class RowMasks {
 public:
  explicit RowMasks(const Invocation& call) : call_(call) {}

  state::EventRow apply(const state::EventRow& row) {
    state::EventRow shown = row;
    if (!row.app.empty() && !row.detail.empty()) {
      shown.detail = detail_of(row);
    }
    return shown;
  }

 private:
  std::string detail_of(const state::EventRow& row) {
    auto& mask = masks_.try_emplace(row.app, call_, std::vector{row.app}).first->second;
    const auto detail = mask.apply(row.detail);
    if (detail) {
      return *detail;
    }
    // The next row asks again.
    masks_.erase(row.app);
    tell(row.app, detail.error());
    return "";
  }

  void tell(const std::string& app, const Error& error) {
    if (told_.insert(app).second) {
      log::warn("events of {} are without their details: {}", app, error.for_log());
      call_.out.note(fmt::format(
          "Details of {} are left out, since its config values cannot be read to hide them", app));
    }
  }

  const Invocation& call_;
  std::map<std::string, AnswerMask> masks_;
  std::set<std::string> told_;
};

void print(Output& out, const state::EventRow& row) {
  if (out.is_json()) {
    out.json_line(to_json(row));
  } else {
    out.data(line_of(row));
  }
}

Result<hooks::EventQuery> parse_query(const Invocation& call) {
  hooks::EventQuery query;
  if (call.args.optional_operand(0)) {
    query.app = TRY(call.app());
  }
  query.follow = call.args.has("follow");
  query.tail = TRY(number_option(call.args, "limit", 0, kMostTail));
  if (const auto before = call.args.value("before")) {
    query.before =
        TRY(parse_number(*before, "--before", 1, std::numeric_limits<std::int64_t>::max()));
    if (query.follow) {
      return Error{ErrorCode::InvalidInput, "--before and --follow do not go together", "", ""};
    }
  }
  if (const auto since = call.args.value("since")) {
    query.since = TRY(parse_since(*since, call.clock.now()));
  }
  if (!query.tail && !query.since) {
    query.tail = kUsualTail;
  }
  return query;
}

Result<int> events(Invocation& call) {
  const auto query = TRY(parse_query(call));
  RowMasks masks(call);
  bool silent = true;
  const auto done = call.platform.events().read(
      call.actor, query,
      [&](const state::EventRow& row) {
        silent = false;
        // Those of one app are masked as all that is said of it.
        print(call.out, query.app ? row : masks.apply(row));
        return !call.out.is_broken() && !call.gone.stop_requested();
      },
      call.gone);
  if (call.gone.stop_requested()) {
    return kInterrupted;
  }
  TRY(done);
  if (silent) {
    call.out.note("Nothing is on record that fits");
  }
  return 0;
}

Result<int> verify(Invocation& call) {
  const auto verdict = TRY(call.platform.events().verify(call.actor));
  if (call.out.is_json()) {
    call.out.json(Json{{"intact", verdict.intact},
                       {"fault", json_text(verdict.fault)},
                       {"head", json_text(verdict.head)}});
  } else if (verdict.fault.empty()) {
    call.out.data(fmt::format("{} events, all as they were written; the last has the hash {}\n",
                              verdict.intact, verdict.head));
  } else {
    call.out.data(fmt::format("{} events are as they were written, then: {}\n", verdict.intact,
                              verdict.fault));
  }
  return verdict.fault.empty() ? 0 : 1;
}

}  // namespace

std::vector<Command> events_commands() {
  return {
      {.verb = "events",
       .summary = "Print who did what, and what was denied",
       .operands = {{"APP", Arity::Optional}},
       .options = {{"follow", 'f', "", "go on with new ones until Ctrl-C"},
                   limit_option("the last N, 50 unless --since is given"),
                   before_option("SEQ"),
                   {"since", 0, "T", "from then on: 30s, 10m, 2h, 1d, or 2026-11-23T12:00:00Z"}},
       .example = "blog --since 1d",
       .details = "Every change and every denied attempt, with who, from where and how it ended. "
                  "Without APP all of\nthe server, for administrators. With --json each line is "
                  "one object.",
       .only_reads = true,
       .run = events},
      {.verb = "events:verify",
       .summary = "Check that no event was changed or removed",
       .details =
           "Keep the hash that it prints elsewhere: a later check must count at least as many "
           "events. Exit\nstatus 1 says that the record was tampered with.",
       .only_reads = true,
       .run = verify},
  };
}

}  // namespace minpaas::sshd::commands
