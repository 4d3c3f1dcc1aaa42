#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "core/docker/engine.h"

namespace minpaas::hooks {

/// Runs a program inside a container again and again, each time on a thread of its own, and tells
/// how it ended. Thread: one.
class CommandProbe {
 public:
  CommandProbe(docker::Engine& engine, docker::ContainerId container,
               std::vector<std::string> words, seconds timeout);
  /// Ends what runs.
  ~CommandProbe() = default;
  CommandProbe(const CommandProbe&) = delete;
  CommandProbe& operator=(const CommandProbe&) = delete;

  void start();
  [[nodiscard]] bool busy() const;
  /// Of the last run that came to an end; absent before.
  [[nodiscard]] std::optional<bool> passed() const;
  /// Why it has not passed: `ended with status 3: no database`.
  [[nodiscard]] std::string why() const;

 private:
  struct State {
    bool busy = false;
    std::optional<bool> passed;
    std::string why;
  };

  void run(const std::stop_token& stop);
  Result<int> run_to_end(std::string& said, const std::stop_token& stop);

  docker::Engine& engine_;
  docker::ContainerId container_;
  std::vector<std::string> words_;
  seconds timeout_;
  mutable Guarded<State> state_;
  std::jthread thread_;
};

}  // namespace minpaas::hooks
