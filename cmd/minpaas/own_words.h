#pragma once

#include <map>
#include <string>
#include <vector>

#include "cmd/minpaas/command_line.h"

namespace minpaas::client {

/// The words of a verb that this program does itself.
struct OwnWords {
  std::vector<std::string> operands;
  /// By name, in the order in which they were given; a flag has the empty value.
  std::map<std::string, std::vector<std::string>, std::less<>> options;

  [[nodiscard]] bool has(std::string_view option) const { return options.contains(option); }
};

/// `line.known` is not null. Errors: InvalidInput (an option that it does not have, a value that is
/// missing, too many words).
Result<OwnWords> read_own_words(const CommandLine& line);

}  // namespace minpaas::client
