#include "hooks/checks/check_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "core/base/terminal_text.h"
#include "core/base/text_cut.h"

namespace minpaas::hooks {
namespace {

constexpr int kLastLines = 50;
constexpr std::size_t kMostLineBytes = 2000;
// Exit statuses that a shell or the engine gives a meaning (128 + signal for a killed one).
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;
constexpr int kSignalBase = 128;
constexpr int kLastSignal = 64;

std::string_view meaning_of(int status) {
  switch (status) {
    case 0:
      return "; its command must keep running";
    case kNotExecutable:
      return ": its command cannot be executed";
    case kNotFound:
      return ": its command was not found";
    default:
      return "";
  }
}

}  // namespace

std::optional<std::string> why_dead(const docker::ContainerDetails& details) {
  if (!details.error.empty()) {
    return "could not be started: " + sanitize_terminal(details.error);
  }
  switch (details.state) {
    case docker::RunState::Created:
    case docker::RunState::Running:
    case docker::RunState::Paused:
      return std::nullopt;
    case docker::RunState::Restarting:
    case docker::RunState::Exited:
    case docker::RunState::Dead:
      break;
  }
  if (details.oom_killed) {
    return "was killed because it used more memory than its limit";
  }
  const int status = details.exit_code;
  if (status > kSignalBase && status <= kSignalBase + kLastSignal) {
    return fmt::format("was ended by signal {} (status {})", status - kSignalBase, status);
  }
  return fmt::format("exited with status {}{}", status, meaning_of(status));
}

std::string why_unhealthy(const docker::ContainerDetails& details, int port, PortOf port_of,
                          HttpProbe::Outcome outcome, int status, std::string_view path) {
  switch (outcome) {
    case HttpProbe::Outcome::None:
    case HttpProbe::Outcome::Refused:
      return explain_refusal(listeners_of(details.pid, details.address), port, port_of);
    case HttpProbe::Outcome::Unreachable:
      return fmt::format("nothing answers at {}:{}", details.address, port);
    case HttpProbe::Outcome::Closed:
      return fmt::format("the app closes connections to port {} without an answer", port);
    case HttpProbe::Outcome::Silent:
      return fmt::format(
          "the app accepts connections on port {} but does not answer GET {} in time", port, path);
    case HttpProbe::Outcome::NotHttp:
      return fmt::format("what answers on port {} is no HTTP", port);
    case HttpProbe::Outcome::Answered:
      return fmt::format("check path {} answered {}", path, status);
    case HttpProbe::Outcome::Connected:
      break;
  }
  return "";
}

std::string in_one_line(const std::vector<std::string>& words) {
  return sanitize_terminal(fmt::format("{}", fmt::join(words, " ")));
}

void show_last_lines(docker::Engine& engine, const docker::ContainerId& container,
                     const std::string& name, const LineSink& line) {
  std::vector<std::string> texts;
  docker::LogOptions options;
  options.tail = kLastLines;
  const auto read = engine.logs(
      container, options,
      [&](const docker::LogLine& entry) {
        texts.push_back("       " + sanitize_terminal(cut_text(entry.text, kMostLineBytes)));
        return true;
      },
      {});
  if (!read) {
    line(fmt::format("       The log of {} cannot be read: {}", name, read.error().message));
    return;
  }
  line(texts.empty() ? fmt::format("       {} has logged nothing", name)
                     : fmt::format("       Last lines of {}:", name));
  for (const std::string& text : texts) {
    line(text);
  }
}

}  // namespace minpaas::hooks
