#include "sshd/commands/config_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/shell_quote.h"
#include "core/base/text.h"

namespace minpaas::sshd::commands {
namespace {

constexpr std::string_view kBlanks = " \t";

/// Whether a text before `=` may be shown: it looks like a name, not like the rest of a value.
bool is_showable(std::string_view key) {
  constexpr std::size_t kMostShown = 64;
  return key.size() <= kMostShown && std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

/// `where`: "argument 2", "line 7 of standard input".
Result<ConfigKey> parse_key(std::string_view text, std::string_view where) {
  auto key = ConfigKey::parse(text);
  if (key || (is_showable(text) && !text.empty())) {
    return key;
  }
  return Error{ErrorCode::InvalidInput, fmt::format("{} has no valid name before its =", where),
               key.error().hint, ""};
}

Result<void> put(ConfigVars& vars, const ConfigKey& key, std::string_view value) {
  if (!vars.emplace(key, TRY(parse_config_value(key, value))).second) {
    return Error{ErrorCode::InvalidInput, fmt::format("{} is given twice", key.str()), "", ""};
  }
  return {};
}

/// Shows the quoting with the words of the person: the key is the last good one before the trouble.
std::string quoting_hint(std::string_view command, std::string_view key, std::string_view value) {
  return fmt::format(
      "a value with blanks or quotes needs a second pair of quotes, since your own shell takes one "
      "off: ssh minpaas \"{0} {1}='{2}'\"; or send it on standard input: "
      "ssh minpaas {0} {1}=- < FILE",
      command, key, value);
}

class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  Result<ConfigVars> read() {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (rest_.starts_with(kByteOrderMark)) {
      rest_.remove_prefix(kByteOrderMark.size());
    }
    for (; !rest_.empty(); ++line_) {
      TRY(read_line());
    }
    return std::move(vars_);
  }

 private:
  [[nodiscard]] std::string where() const {
    return fmt::format("line {} of standard input", line_);
  }

  [[nodiscard]] Error refused(std::string_view why) const {
    return {ErrorCode::InvalidInput, fmt::format("{} {}", where(), why),
            "write one KEY=VALUE a line; a value that begins with a quote ends with one", ""};
  }

  Result<void> read_line() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    constexpr std::string_view kExport = "export ";
    if (rest_.starts_with(kExport)) {
      rest_.remove_prefix(kExport.size());
    }
    const std::string_view line = this_line();
    if (line.empty() || line.front() == '#') {
      skip(line.size());
      return {};
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      return refused("is not KEY=VALUE");
    }
    const ConfigKey key = TRY(parse_key(line.substr(0, equals), where()));
    const std::string_view value = line.substr(equals + 1);
    if (!value.empty() && (value.front() == '\'' || value.front() == '"')) {
      rest_.remove_prefix(equals + 1);
      return read_quoted(key);
    }
    TRY(put(vars_, key, value));
    skip(line.size());
    return {};
  }

  Result<void> read_quoted(const ConfigKey& key) {
    const auto read = read_shell_word(rest_);
    if (!read) {
      return refused(fmt::format("is wrong: {}", read.error().message));
    }
    TRY(put(vars_, key, read->word.text));
    const std::string_view taken = rest_.substr(0, read->length);
    line_ += static_cast<int>(std::count(taken.begin(), taken.end(), '\n'));
    rest_.remove_prefix(read->length);
    const std::string_view after = this_line();
    if (!trim(after).empty()) {
      return refused("has more text after the closing quote");
    }
    skip(after.size());
    return {};
  }

  /// Up to the line end, without it.
  [[nodiscard]] std::string_view this_line() const {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    return line;
  }

  /// Past `bytes` of this line and its line end.
  void skip(std::size_t bytes) {
    const auto line_end = rest_.find('\n', bytes);
    rest_.remove_prefix(line_end == std::string_view::npos ? rest_.size() : line_end + 1);
  }

  std::string_view rest_;
  int line_ = 1;
  ConfigVars vars_;
};

}  // namespace

Result<ConfigVars> parse_assignments(std::span<const Word> words, std::string_view command) {
  ConfigVars vars;
  std::string last_key = "KEY";
  int number = 0;
  for (const Word& word : words) {
    const std::string where = fmt::format("argument {} after the app", ++number);
    const auto equals = word.text.find('=');
    if (equals == std::string::npos) {
      return Error{ErrorCode::InvalidInput, where + " is not KEY=VALUE",
                   quoting_hint(command, last_key, "hello world"), ""};
    }
    const ConfigKey key = TRY(parse_key(std::string_view(word.text).substr(0, equals), where));
    if (word.lost_quotes) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("the value of {} has quotes or backslashes in it that would be lost",
                               key.str()),
                   quoting_hint(command, key.str(), "VALUE"), ""};
    }
    last_key = key.str();
    TRY(put(vars, key, std::string_view(word.text).substr(equals + 1)));
  }
  return vars;
}

Result<ConfigVars> parse_config_lines(std::string_view text) {
  return LineReader(text).read();
}

std::string format_config_line(const ConfigKey& key, const Secret& value) {
  const std::string& text = value.reveal();
  const bool needs_quotes = text.find_first_of("\r\n") != std::string::npos ||
                            text.starts_with('\'') || text.starts_with('"');
  return fmt::format("{}={}\n", key.str(), needs_quotes ? shell_quote(text) : text);
}

}  // namespace minpaas::sshd::commands
