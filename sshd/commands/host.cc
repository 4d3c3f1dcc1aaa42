#include <fmt/format.h>

#include <algorithm>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

using hooks::CheckLevel;

std::string_view level_name(CheckLevel level) {
  switch (level) {
    case CheckLevel::Ok:
      return "ok";
    case CheckLevel::Warning:
      return "warning";
    case CheckLevel::Problem:
      return "problem";
  }
  return "problem";
}

Result<int> version(Invocation& call) {
  if (call.out.is_json()) {
    call.out.json(Json{{"version", MINPAAS_VERSION}});
  } else {
    call.out.data("minpaas " MINPAAS_VERSION "\n");
  }
  return 0;
}

Json to_json(const hooks::DoctorFinding& finding) {
  return {{"what", finding.what},
          {"level", level_name(finding.level)},
          {"detail", finding.detail},
          {"hint", json_text(finding.hint)}};
}

Result<int> doctor(Invocation& call) {
  const auto findings = TRY(call.platform.doctor(call.actor));
  const auto count = [&](CheckLevel level) {
    return std::count_if(
        findings.begin(), findings.end(),
        [&](const hooks::DoctorFinding& finding) { return finding.level == level; });
  };
  const auto problems = count(CheckLevel::Problem);
  Json all = Json::array();
  std::vector<Row> rows;
  for (const auto& finding : findings) {
    all.push_back(to_json(finding));
    rows.push_back({std::string(level_name(finding.level)), finding.what, finding.detail});
    if (!finding.hint.empty()) {
      rows.push_back({"", "", "-> " + finding.hint});
    }
  }
  if (call.out.is_json()) {
    call.out.json(Json{{"ok", problems == 0}, {"findings", all}});
    return problems == 0 ? 0 : 1;
  }
  call.out.data(format_table(rows));
  call.out.note(fmt::format("Problems: {}, warnings: {}", problems, count(CheckLevel::Warning)));
  return problems == 0 ? 0 : 1;
}

}  // namespace

std::vector<Command> host_commands() {
  return {
      {.verb = "version",
       .summary = "Print the version of MinPaas",
       .only_reads = true,
       .run = version},
      {.verb = "doctor",
       .summary = "Check that the server has what it needs",
       .details = "Exit status 1 when there is a problem.",
       .only_reads = true,
       .run = doctor},
  };
}

}  // namespace minpaas::sshd::commands
