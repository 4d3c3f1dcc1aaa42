#include "config/ini_lines.h"

#include <fmt/format.h>
#include <ini.h>

#include <optional>

#include "core/base/text.h"

namespace minpaas::config {
namespace {

/// What inih reads from and reports to. Lines are counted here, because Debian's inih does not tell
/// its handler the line number and returns only the first bad line of those that it finds itself.
struct Reading {
  std::string_view left;
  const std::function<Result<void>(const IniEntry&)>& take;
  int line = 0;
  int bad_line = 0;
  std::optional<Error> complaint;

  void complain(Error error) {
    if (!complaint) {
      bad_line = line;
      complaint = std::move(error);
    }
  }
};

Error wrong(std::string_view why, std::string_view hint = "") {
  return {ErrorCode::InvalidInput, std::string(why), std::string(hint), ""};
}

/// inih tells nobody of a section, and of one that is not closed only that the line is wrong.
void take_section(Reading& reading, std::string_view line) {
  const auto end = line.find(']');
  if (end == std::string_view::npos) {
    reading.complain(wrong("the ] is missing", "a section is written [ssh]"));
    return;
  }
  if (const auto taken = reading.take({line.substr(1, end - 1), "", "", true}); !taken) {
    reading.complain(taken.error());
  }
}

/// inih's fgets(3). White space before a line is dropped: inih would take an indented line for more
/// of the value above it.
char* next_line(char* into, int size, void* stream) noexcept {
  auto& reading = *static_cast<Reading*>(stream);
  if (reading.left.empty()) {
    return nullptr;
  }
  const auto end = reading.left.find('\n');
  std::string_view line = trim(reading.left.substr(0, end));
  reading.left.remove_prefix(end == std::string_view::npos ? reading.left.size() : end + 1);
  ++reading.line;
  const auto most = static_cast<std::size_t>(size) - 1;
  if (line.size() > most) {
    reading.complain(wrong(fmt::format("the line is longer than {} characters", most)));
    line = {};
  }
  if (line.find('\0') != std::string_view::npos) {
    reading.complain(wrong("there is a NUL byte in the line"));
    line = {};
  }
  if (line.starts_with('[')) {
    take_section(reading, line);
  }
  into[line.copy(into, line.size())] = '\0';
  return into;
}

/// 0 marks the line as a wrong one; reading goes on.
int take_entry(void* user, const char* section, const char* key, const char* value) noexcept {
  auto& reading = *static_cast<Reading*>(user);
  const auto taken = reading.take({section, key, value});
  if (!taken) {
    reading.complain(taken.error());
  }
  return taken ? 1 : 0;
}

}  // namespace

Result<void> read_ini(std::string_view text, std::string_view file_name,
                      const std::function<Result<void>(const IniEntry&)>& take) {
  Reading reading{.left = text, .take = take, .complaint = std::nullopt};
  const int bad_line = ini_parse_stream(next_line, &reading, take_entry, &reading);
  if (bad_line > 0 && (!reading.complaint || bad_line < reading.bad_line)) {
    reading.bad_line = bad_line;
    reading.complaint = wrong("this is no `key = value`", "a comment begins with #");
  }
  if (!reading.complaint) {
    return {};
  }
  return reading.complaint->with_context(fmt::format("{}:{}", file_name, reading.bad_line));
}

}  // namespace minpaas::config
