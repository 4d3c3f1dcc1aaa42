#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/console.h"
#include "core/base/guarded.h"
#include "core/docker/attachment.h"

namespace minpaas::test {

/// A program that runs in a container of FakeEngine: a function on a thread of its own, with what
/// a program has. Its two ends are the function (Thread: one) and the engine (Thread: any).
class FakeProgram {
 public:
  /// Returns the exit status; it must end soon after `read` or `wait_for_event` say that it has to.
  using Main = std::function<int(FakeProgram&)>;

  FakeProgram(std::set<Signal> caught, std::optional<WindowSize> terminal)
      : caught_(std::move(caught)), terminal_(terminal) {}

  // The program's end.

  /// The next input; empty at its end, and when the program was killed.
  std::string read();
  /// Waits while nobody reads it.
  void print(std::string_view bytes, docker::LogStream stream = docker::LogStream::Out);
  /// Waits for a signal that it catches, or a new size of its terminal; absent when it was killed.
  std::optional<ConsoleEvent> wait_for_event();

  [[nodiscard]] bool has_terminal() const { return terminal_.has_value(); }

  // The engine's end.

  /// Runs `main` to its end; the exit status, 128 and the signal when one has killed it.
  int run(const Main& main);
  /// A signal that is not caught kills it.
  void signal(Signal signal);
  void resize(WindowSize size);
  /// Whoever waits at either end goes on; what was printed can still be read.
  void end(int exit_status);
  [[nodiscard]] std::optional<int> exit_status() const;
  /// The exit status; Cancelled when `stop` is requested.
  Result<int> wait(const std::stop_token& stop);
  /// Its streams, once; what nobody is attached to is lost.
  static std::unique_ptr<docker::Attachment> attach(std::shared_ptr<FakeProgram> program);

 private:
  friend class FakeAttachment;

  struct Printed {
    docker::LogStream stream;
    std::string bytes;
  };

  struct State {
    std::string input;
    bool input_ended = false;
    bool attached = false;
    std::deque<Printed> printed;
    std::size_t printed_bytes = 0;
    std::deque<ConsoleEvent> events;
    std::optional<int> killed;
    std::optional<int> exit_status;

    [[nodiscard]] bool is_over() const { return killed || exit_status; }
  };

  const std::set<Signal> caught_;
  const std::optional<WindowSize> terminal_;
  Guarded<State> state_;
};

}  // namespace minpaas::test
