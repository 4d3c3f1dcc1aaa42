#include "hooks/queue/deploy_output.h"

#include <fmt/format.h>

#include "core/base/terminal_text.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::string_view kStage = "-----> ";
constexpr std::string_view kDetail = "       ";
constexpr std::string_view kWarning = " !     ";
constexpr std::string_view kFinal = "=====> ";

}  // namespace

void DeployOutput::put(std::string_view mark, std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    // A value may come to light, or be cut, where control characters are dropped.
    const std::string printable = sanitize_terminal(mask_.apply(line));
    static_cast<void>(sink_(std::string(mark) + mask_.apply(printable)));
  }
}

void DeployOutput::stage(std::string_view text) {
  stage_began_ = clock_.steady();
  put(kStage, text);
}

void DeployOutput::detail(std::string_view text) {
  put(kDetail, text);
}

void DeployOutput::done(std::string_view text) {
  const auto took = std::chrono::duration_cast<milliseconds>(clock_.steady() - stage_began_);
  put(kDetail, fmt::format("{} ({})", text, format_duration(took)));
}

void DeployOutput::warn(std::string_view text) {
  put(kWarning, text);
}

void DeployOutput::error(const Error& error) {
  put(kWarning, error.message);
  if (!error.hint.empty()) {
    put(kWarning, error.hint);
  }
}

void DeployOutput::final_word(std::string_view text) {
  put(kFinal, text);
}

std::string in_a_few_words(std::string_view text, std::size_t most) {
  const std::string line = sanitize_terminal(text.substr(0, text.find('\n')));
  if (line.size() <= most) {
    return line;
  }
  // A cut at a space is never inside a UTF-8 character.
  const auto space = line.rfind(' ', most);
  if (space == std::string::npos || space == 0) {
    return "see the output";
  }
  return line.substr(0, space) + " ...";
}

}  // namespace minpaas::hooks
