#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace minpaas::client {

/// How a program that was asked something has ended, and what it said.
struct Answer {
  /// Exit status; 128 and the number of the signal that ended it.
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs it to its end with nothing on standard input; it has no deadline but what the program has
/// itself. Errors: NotFound (there is no such program), Failed.
Result<Answer> ask(const std::vector<std::string>& program);

/// Becomes the program, found on PATH: its streams, terminal, signals and exit status are those of
/// this process from then on. Returns only with an error: NotFound (there is no such program),
/// Failed.
Error become(const std::vector<std::string>& program);

}  // namespace minpaas::client
