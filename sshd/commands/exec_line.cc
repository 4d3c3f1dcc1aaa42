#include "sshd/commands/exec_line.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace minpaas::sshd::commands {
namespace {

constexpr std::string_view kQuoteAll =
    "your own shell takes one pair of quotes off, so put the whole command into another pair: "
    "ssh minpaas \"config:set blog GREETING='hello world'\"";

Error refused(std::string_view why, std::string_view hint) {
  return {ErrorCode::InvalidInput, fmt::format("the command cannot be read: {}", why),
          std::string(hint), ""};
}

}  // namespace

Result<std::vector<Word>> split_exec_line(std::string_view line) {
  if (line.size() > kMostExecLineBytes) {
    return refused(fmt::format("it is longer than {} bytes", kMostExecLineBytes),
                   "send large values on standard input: "
                   "ssh minpaas config:set blog KEY=- < file");
  }
  if (line.find('\0') != std::string_view::npos) {
    return refused("it contains a NUL byte", "");
  }
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  std::vector<Word> words;
  for (;;) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) {
      return words;
    }
    line.remove_prefix(start);
    if (line.front() == '\n' || line.front() == '\r') {
      return refused("it has a line end outside quotes", kQuoteAll);
    }
    if (words.size() == kMostExecWords) {
      return refused(fmt::format("it has more than {} words", kMostExecWords), "");
    }
    auto read = read_shell_word(line);
    if (!read) {
      return refused(read.error().message, kQuoteAll);
    }
    words.push_back(std::move(read->word));
    line.remove_prefix(read->length);
  }
}

}  // namespace minpaas::sshd::commands
