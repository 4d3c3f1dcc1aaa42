#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.h"

namespace minpaas::test {

/// What a program said and how it ended.
struct ProgramResult {
  /// Exit status; 128 + signal; -1 when it was killed at the deadline.
  int status = -1;
  std::string out;
  std::string err;
};

/// A real program run by a test, with pipes on its three streams. Killed when the object goes.
/// Thread: one.
class Program {
 public:
  /// Starts `arguments[0]`, found on PATH, with the test's own environment plus `environment`.
  explicit Program(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {});
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Feeds `input`, closes the stream, reads all output and waits. Kills it at the deadline.
  ProgramResult finish(std::string_view input = "",
                       std::chrono::seconds limit = std::chrono::seconds(120));
  /// Writes `input` and closes the stream; gives up when the program no longer reads. May be called
  /// from a second thread while the first waits for output.
  void feed(std::string_view input, std::chrono::seconds limit = std::chrono::seconds(60));
  /// Reads standard output until it contains `text`. False at its end or at the deadline.
  bool wait_for_output(std::string_view text,
                       std::chrono::seconds limit = std::chrono::seconds(60));
  void send_signal(int signal) const;
  /// Stops it at once and collects it.
  void kill();

 private:
  void exchange(std::string_view input, std::chrono::steady_clock::time_point deadline);
  void collect(std::chrono::steady_clock::time_point deadline);

  pid_t pid_ = -1;
  Fd in_;
  Fd out_;
  Fd err_;
  ProgramResult result_;
};

/// Starts a program and waits for its end.
ProgramResult run_program(const std::vector<std::string>& arguments, std::string_view input = "",
                          std::chrono::seconds limit = std::chrono::seconds(120));

}  // namespace minpaas::test
