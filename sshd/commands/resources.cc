#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};
constexpr std::string_view kWholeApp = "all";

template <typename Value>
Json json_choice(const std::optional<Value>& choice) {
  return choice ? Json(*choice) : Json(nullptr);
}

Json to_json(const hooks::ResourceRow& row) {
  return {{"process", row.type ? Json(row.type->str()) : Json(nullptr)},
          {"memory_bytes", row.limits.memory_bytes},
          {"cpus", row.limits.cpus},
          {"pids", row.limits.pids},
          {"set",
           {{"memory_bytes", json_choice(row.chosen.memory_bytes)},
            {"cpus", json_choice(row.chosen.cpus)},
            {"pids", json_choice(row.chosen.pids)}}}};
}

/// `memory cpus`, those that were chosen in this place.
std::string names_of(const LimitChoices& chosen) {
  std::vector<std::string_view> names;
  if (chosen.memory_bytes) {
    names.emplace_back("memory");
  }
  if (chosen.cpus) {
    names.emplace_back("cpus");
  }
  if (chosen.pids) {
    names.emplace_back("pids");
  }
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, " "));
}

Result<int> show(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto report = TRY(call.platform.resources().report(call.actor, app));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& row : report.rows) {
      all.push_back(to_json(row));
    }
    call.out.json(std::move(all));
    return 0;
  }
  std::vector<Row> rows{{"PROCESS", "MEMORY", "CPUS", "PIDS", "SET HERE"}};
  for (const auto& row : report.rows) {
    rows.push_back({row.type ? row.type->str() : std::string(kWholeApp),
                    format_memory(row.limits.memory_bytes), format_cpus(row.limits.cpus),
                    std::to_string(row.limits.pids), names_of(row.chosen)});
  }
  call.out.table(std::move(rows));
  return 0;
}

struct Wanted {
  std::optional<ProcessType> type;
  LimitChange change;
};

/// `[TYPE] LIMIT=VALUE...`
Result<Wanted> parse_words(std::span<const Word> words) {
  std::optional<ProcessType> type;
  if (!words.empty() && words.front().text.find('=') == std::string::npos) {
    if (words.front().text != kWholeApp) {
      type = TRY(ProcessType::parse(words.front().text));
    }
    words = words.subspan(1);
  }
  std::vector<std::string_view> limits;
  for (const Word& word : words) {
    limits.emplace_back(word.text);
  }
  const auto change = TRY(LimitChange::parse(limits));
  return Wanted{type, change};
}

Json to_json(const AppName& app, const hooks::ResourceOutcome& outcome) {
  Json json = {{"app", app.str()}, {"updated", outcome.updated}, {"kept", Json::array()}};
  for (const auto& kept : outcome.kept) {
    json["kept"].push_back({{"process", kept.process}, {"reason", kept.reason}});
  }
  return json;
}

Result<int> set(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto wanted = TRY(parse_words(call.args.operands_from(1)));
  const auto outcome =
      TRY(call.platform.resources().set(call.actor, app, wanted.type, wanted.change));
  if (call.out.is_json()) {
    call.out.json(to_json(app, outcome));
    return 0;
  }
  call.out.note(outcome.updated.empty()
                    ? fmt::format("Set the limits of {}", app.str())
                    : fmt::format("Set the limits of {}; {} {} them now", app.str(),
                                  fmt::join(outcome.updated, ", "),
                                  outcome.updated.size() == 1 ? "has" : "have"));
  for (const auto& kept : outcome.kept) {
    call.out.note(fmt::format("warning: {} keeps its old limits until it is started anew: {}",
                              kept.process, kept.reason));
  }
  if (!outcome.kept.empty()) {
    call.out.note("hint: start it anew: ps:restart " + app.str());
  }
  return 0;
}

}  // namespace

std::vector<Command> resources_commands() {
  return {
      {.verb = "resources",
       .summary = "Show what the containers of an app may use",
       .operands = {kApp},
       .example = "blog",
       .only_reads = true,
       .run = show},
      {.verb = "resources:set",
       .summary = "Set what the containers of an app may use",
       .operands = {kApp, {"[TYPE] K=V", Arity::Several}},
       .example = "blog memory=256m cpus=0.5 pids=100",
       .details = "Holds at once for what runs, and for every later container. Makes no release.\n"
                  "With TYPE only for one process type (`run`: one-off containers). An empty value "
                  "(memory=) goes\nback to the default.",
       .needs = AppRight::Admin,
       .run = set},
  };
}

}  // namespace minpaas::sshd::commands
