#pragma once

#include <string>
#include <vector>

#include "cmd/minpaas/server_address.h"

namespace minpaas::client {

enum class Terminal { None, Wanted };

/// The `ssh` that git would take for this folder: `GIT_SSH_COMMAND`, `core.sshCommand`, or `ssh`.
class Ssh {
 public:
  /// With `batch` it asks no questions and gives up after ten seconds without an answer.
  explicit Ssh(bool batch);

  /// The program that runs a command of the server; the words arrive there exactly as they are
  /// here.
  [[nodiscard]] std::vector<std::string> command(const ServerAddress& server, Terminal terminal,
                                                 const std::vector<std::string>& words) const;

  /// The Host `name` of the ssh configuration leads somewhere.
  [[nodiscard]] bool knows_host(const std::string& name) const;

  /// For git as GIT_SSH_COMMAND, so that it asks no questions either; empty: it needs none.
  [[nodiscard]] std::string for_git() const;

 private:
  [[nodiscard]] std::vector<std::string> program(const std::vector<std::string>& arguments) const;

  /// A line for a shell, or empty.
  std::string line_;
  bool batch_;
};

/// The words as one line that the server takes apart into the same words.
std::string exec_line(const std::vector<std::string>& words);

}  // namespace minpaas::client
