#include "cmd/minpaas/app_info.h"

#include "cmd/minpaas/child.h"
#include "cmd/minpaas/json_text.h"

namespace minpaas::client {
namespace {

ErrorCode code_of(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
    if (to_string(static_cast<ErrorCode>(code)) == name) {
      return static_cast<ErrorCode>(code);
    }
  }
  return ErrorCode::Failed;
}

/// The last line, which is where `ssh` says what went wrong.
std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return std::string(text.substr(text.rfind('\n') + 1));
}

Error error_of(const Answer& answer) {
  if (const auto message = json_field(answer.err, "message")) {
    return {code_of(json_field(answer.err, "code").value_or("")), *message,
            json_field(answer.err, "hint").value_or(""), ""};
  }
  const std::string said = last_line(answer.err);
  return {ErrorCode::Disconnected, said.empty() ? "ssh has failed and says nothing" : said, "", ""};
}

}  // namespace

Result<AppInfo> app_info(const OwnCall& call, const ServerAddress& server, const std::string& app) {
  const Answer answer =
      TRY(ask(call.ssh.command(server, Terminal::None, {"apps:info", app, "--json"})));
  if (answer.status != 0) {
    return error_of(answer);
  }
  return AppInfo{json_field(answer.out, "url").value_or(""),
                 json_field(answer.out, "deploy_branch").value_or("")};
}

}  // namespace minpaas::client
