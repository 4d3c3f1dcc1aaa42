#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

#include "sshd/exec.h"
#include "sshd/exec_queues.h"

namespace minpaas::sshd {

/// Signals and sizes on their way to a request: all signals, up to a few, and the newest size.
/// Thread: `next` on one of the request's, `post` on the connection's.
class ConsoleEvents {
 public:
  void post(const ConsoleEvent& event);
  /// Waits; absent once `stop` is requested.
  std::optional<ConsoleEvent> next(const std::stop_token& stop);

 private:
  Guarded<std::deque<ConsoleEvent>> waiting_;
};

/// Whose typed characters and signals are (ExecHandler::is_program).
enum class Control { Server, Program };

/// One running exec request, shared by the connection's thread and the request's own thread. It
/// outlives the connection when the request needs a moment to notice that its peer is gone.
class ExecBridge {
 public:
  explicit ExecBridge(std::shared_ptr<const WakeUp> connection, Control control = Control::Server)
      : connection_(connection),
        control_(control),
        input_(connection),
        output_(std::move(connection)) {}

  /// Runs the request to its end. An exception is a bug: it is logged and the status is 1.
  /// Thread: the request's own.
  void run(ExecHandler& handler, const ExecRequest& request);

  [[nodiscard]] Control control() const { return control_; }

  /// What the peer said beside its bytes. Thread: the connection's.
  void post(const ConsoleEvent& event);

  [[nodiscard]] InputQueue& input() { return input_; }

  [[nodiscard]] OutputQueue& output() { return output_; }

  /// Set after the last write, so whoever sees it and then empties the output has everything.
  [[nodiscard]] std::optional<int> exit_status() const;
  /// Ends the request before it began, with a line for the peer.
  void fail(int status, std::string_view message);
  /// Asks the request to stop while the peer still reads (Ctrl-C in a terminal, a server that
  /// stops): no more input, but the output stays open for last words. The first call counts.
  void interrupt(std::string_view why);

  /// Has the connection's thread look at this request once more.
  void wake_connection() const { connection_->signal(); }

  /// Ends both streams with `why` and asks the request to stop.
  void cut(const Error& why);

 private:
  std::shared_ptr<const WakeUp> connection_;
  Control control_;
  InputQueue input_;
  OutputQueue output_;
  ConsoleEvents events_;
  std::stop_source gone_;
  Guarded<std::optional<int>> exit_status_;
};

}  // namespace minpaas::sshd
