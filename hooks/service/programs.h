#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/config_var.h"
#include "core/base/console.h"

namespace minpaas::hooks {

struct ProgramRequest {
  /// The program and its arguments; no shell sees them.
  std::vector<std::string> words = {};
  /// Beside the config of the app, and before it.
  ConfigVars env = {};
  /// Present: it gets a terminal of this size.
  std::optional<WindowSize> window = std::nullopt;
  /// Its TERM, where there is a terminal; may be empty.
  std::string terminal_type = {};
};

struct ProgramOutcome {
  /// The program's own, 128 and the signal when one has ended it; 127 when it is not there, 126
  /// when it cannot be run.
  int status = 0;
  /// A sentence where the program itself can have said nothing, else empty.
  std::string trouble = {};
};

}  // namespace minpaas::hooks
