#include "sshd/commands/table.h"

#include <algorithm>

#include "core/base/terminal_text.h"
#include "core/base/text.h"

namespace minpaas::sshd::commands {
namespace {

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

std::string printable(std::string_view text) {
  // Nearly all of what lists show: there is nothing to take out.
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) {
    return std::string(text);
  }
  return sanitize_terminal(escape_controls(text));
}

std::string format_table(const std::vector<Row>& rows) {
  std::vector<Row> cells;
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    Row& shown = cells.emplace_back();
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t column = 0; column < row.size(); ++column) {
      shown.push_back(printable(row[column]));
      widths[column] = std::max(widths[column], width(shown.back()));
    }
  }
  std::string text;
  for (const Row& row : cells) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      line.append(widths[column] - width(row[column]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string format_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<Row> rows;
  rows.reserve(fields.size());
  for (const auto& [label, value] : fields) {
    rows.push_back({label + ":", value});
  }
  return format_table(rows);
}

}  // namespace minpaas::sshd::commands
