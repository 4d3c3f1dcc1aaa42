#include "sshd/git/push_report.h"

#include "core/base/terminal_text.h"
#include "sshd/git/pkt_line.h"

namespace minpaas::sshd::git {
namespace {

constexpr std::size_t kMostReasonBytes = 500;

std::string one_line(std::string_view reason) {
  const auto safe = sanitize_terminal(reason.substr(0, kMostReasonBytes));
  return safe.empty() ? "failed" : safe;
}

}  // namespace

std::string push_report(std::string_view unpack, const std::vector<RefCommand>& commands,
                        const std::vector<Refusal>& refusals) {
  std::string report;
  append_pkt(report, "unpack " + one_line(unpack) + "\n");
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (const auto& refusal = refusals.at(i)) {
      append_pkt(report, "ng " + commands[i].ref + " " + one_line(*refusal) + "\n");
    } else {
      append_pkt(report, "ok " + commands[i].ref + "\n");
    }
  }
  report += kFlushPkt;
  return report;
}

}  // namespace minpaas::sshd::git
