#include "core/app/procfile.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace minpaas {
namespace {

/// One-off containers are listed as `run.1`.
constexpr std::string_view kOneOffType = "run";

Error bad_line(std::size_t number, std::string_view why) {
  return {ErrorCode::InvalidInput, fmt::format("Procfile line {}: {}", number, why),
          "each line is `type: command`, for example `web: python app.py`", ""};
}

}  // namespace

Result<ProcessCommands> parse_procfile(std::string_view text) {
  if (text.size() > kMostProcfileBytes) {
    return Error{ErrorCode::InvalidInput, "Procfile is larger than 64 KiB", "", ""};
  }
  ProcessCommands commands;
  std::size_t number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      return bad_line(number, "there is no `:`");
    }
    auto type = ProcessType::parse(trim(line.substr(0, colon)));
    if (!type) {
      return bad_line(number, type.error().message);
    }
    if (type->str() == kOneOffType) {
      return bad_line(number,
                      "process type run is taken by the command `run`; choose another name");
    }
    const std::string_view command = trim(line.substr(colon + 1));
    if (command.empty() || command.find('\0') != std::string_view::npos) {
      return bad_line(number, fmt::format("process type {} has no command", type->str()));
    }
    if (!commands.emplace(*type, command).second) {
      return bad_line(number, fmt::format("process type {} stands twice", type->str()));
    }
  }
  return commands;
}

}  // namespace minpaas
