#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas::config {

/// One `key = value` of an ini text, or one `[section]`: then there is no key.
struct IniEntry {
  std::string_view section;
  std::string_view key;
  std::string_view value;
  bool is_section = false;
};

/// Reads `text` with inih and gives each entry to `take`, in order. The first line that is refused
/// (by `take`, or because it is no `key = value`) is the error: its message begins with
/// `file_name:LINE: `. Comments are lines that begin with ; or #, and what follows a ; after white
/// space. Errors: InvalidInput, and those of `take`.
Result<void> read_ini(std::string_view text, std::string_view file_name,
                      const std::function<Result<void>(const IniEntry&)>& take);

}  // namespace minpaas::config
