#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/result.h"

namespace minpaas {

/// A program to run to its end, without a shell.
struct ProgramCall {
  /// The first is the program's path.
  std::vector<std::string> arguments;
  /// All of it, `NAME=VALUE`: nothing is passed on by itself.
  std::vector<std::string> environment;
  /// After it the program is ended.
  milliseconds time_limit{60'000};
  /// Stays open in the program until it ends: a lock that it keeps when this process dies. May be
  /// null.
  const Fd* kept_open = nullptr;
};

struct ProgramEnd {
  /// Exit status, or 128 and the number of the signal that ended it.
  int status = 0;
  /// The end of what it said on stdout and stderr together.
  std::string output;
};

/// Runs it in a session of its own and collects it. Errors: NotFound (it cannot be started),
/// Timeout, Cancelled; what it started is ended too then.
Result<ProgramEnd> run_program(const ProgramCall& call, const std::stop_token& stop);

/// The path of a program in PATH, or where Debian installs them; empty when it is not there.
std::string find_program(std::string_view name);

}  // namespace minpaas
