#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/state/page.h"
#include "sshd/commands/arguments.h"
#include "sshd/commands/command.h"

/// Lists that grow are read in parts.
namespace minpaas::sshd::commands {

/// Of a list that is printed as a whole without it.
inline constexpr std::string_view kMostOfAll = "how many, all unless said otherwise";

/// `--limit|-n N`, with what it is otherwise.
Option limit_option(std::string_view help);
/// `--before WORD`
Option before_option(std::string_view word);

/// `--after WORD`
Option after_option(std::string_view word);

/// Most rows of a part.
inline constexpr int kMostRows = 1000;

/// `--limit` and, as a number, `--before`. Errors: InvalidInput.
Result<state::Page> parse_page(const Arguments& args, int usual);

/// By the key: the part goes on even when the row that it goes on behind is gone.
enum class ListOrder { ByKey, Other };

/// Which of the keys the options ask for: from the first up to but without the second.
Result<std::pair<std::size_t, std::size_t>> part_of(const Arguments& args,
                                                    const std::vector<std::string>& keys,
                                                    ListOrder order);

/// Leaves of `rows` those behind the one whose key `--after` names, at most `--limit` of them; all
/// without the options. Errors: InvalidInput, NotFound (no row has the key, in another order).
template <typename Row, typename KeyOf>
Result<void> keep_part(const Arguments& args, std::vector<Row>& rows, ListOrder order,
                       KeyOf key_of) {
  std::vector<std::string> keys;
  for (const Row& row : rows) {
    keys.push_back(key_of(row));
  }
  const auto [begin, end] = TRY(part_of(args, keys, order));
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(end), rows.end());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
  return {};
}

}  // namespace minpaas::sshd::commands
