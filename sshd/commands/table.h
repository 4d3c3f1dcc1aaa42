#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minpaas::sshd::commands {

/// The text for one line of a terminal: line ends and tabs as `\n` and `\t`, other control
/// characters escaped or dropped, bytes that are no UTF-8 replaced.
std::string printable(std::string_view text);

using Row = std::vector<std::string>;

/// Columns two spaces apart, as wide as their widest cell, the first row the headings; the cells
/// are made printable. Widths count code points. No spaces at line ends; every line ends in \n.
std::string format_table(const std::vector<Row>& rows);

/// `Label:  value` lines, the values under each other.
std::string format_fields(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace minpaas::sshd::commands
