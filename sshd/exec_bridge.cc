#include "sshd/exec_bridge.h"

#include <exception>
#include <string>
#include <variant>

#include "core/base/log.h"

namespace minpaas::sshd {
namespace {

/// A peer that signals faster than they are handed on loses some, as with signals of the system.
constexpr std::size_t kMostEvents = 16;
/// wait_until needs a deadline that ends.
constexpr std::chrono::hours kLongestWait{24 * 365};

/// Writes to one of the two streams as they are.
class QueueWriter : public ByteWriter {
 public:
  QueueWriter(OutputQueue& queue, OutputStream stream) : queue_(queue), stream_(stream) {}

  using ByteWriter::write;

  Result<void> write(std::span<const std::byte> bytes) override {
    return queue_.write(stream_, bytes);
  }

 private:
  OutputQueue& queue_;
  OutputStream stream_;
};

/// What a terminal needs: its line discipline is on the peer's side and in raw mode, so a line
/// ends with CR LF, and there is only one stream.
class TerminalWriter : public ByteWriter {
 public:
  explicit TerminalWriter(OutputQueue& queue) : queue_(queue) {}

  using ByteWriter::write;

  Result<void> write(std::span<const std::byte> bytes) override {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 16);
    for (const std::byte byte : bytes) {
      const char letter = static_cast<char>(byte);
      if (letter == '\n' && last_ != '\r') {
        text.push_back('\r');
      }
      text.push_back(letter);
      last_ = letter;
    }
    return queue_.write(OutputStream::Out, std::as_bytes(std::span(text.data(), text.size())));
  }

 private:
  OutputQueue& queue_;
  char last_ = '\0';
};

class BridgeConsole : public Console {
 public:
  BridgeConsole(OutputQueue& output, InputQueue& input, ConsoleEvents& events)
      : screen_(output, OutputStream::Out), input_(input), events_(events) {}

  ByteWriter& screen() override { return screen_; }

  void leave_input() override {
    input_.break_off({ErrorCode::Cancelled, "the program has ended", "", ""});
  }

  std::optional<ConsoleEvent> next(const std::stop_token& stop) override {
    return events_.next(stop);
  }

 private:
  QueueWriter screen_;
  InputQueue& input_;
  ConsoleEvents& events_;
};

/// Runs the handler; an exception becomes status 1 and a line for the log.
int run_guarded(ExecHandler& handler, const ExecRequest& request, ExecStreams& streams) {
  try {
    return handler.run(request, streams);
  } catch (const std::exception& bug) {
    log::error("ssh: a request of {} ended by an exception: {}", request.actor.name, bug.what());
  }
  static_cast<void>(streams.err.write("error: the server made a mistake; its log says more\n"));
  return 1;
}

}  // namespace

void ConsoleEvents::post(const ConsoleEvent& event) {
  waiting_.update([&](std::deque<ConsoleEvent>& waiting) {
    if (std::holds_alternative<WindowSize>(event)) {
      std::erase_if(waiting, [](const ConsoleEvent& older) {
        return std::holds_alternative<WindowSize>(older);
      });
    }
    if (waiting.size() < kMostEvents) {
      waiting.push_back(event);
    }
  });
}

std::optional<ConsoleEvent> ConsoleEvents::next(const std::stop_token& stop) {
  return waiting_.wait_until(
      std::chrono::steady_clock::now() + kLongestWait, stop,
      [](const std::deque<ConsoleEvent>& waiting) { return !waiting.empty(); },
      [&](std::deque<ConsoleEvent>& waiting) -> std::optional<ConsoleEvent> {
        if (stop.stop_requested() || waiting.empty()) {
          return std::nullopt;
        }
        const ConsoleEvent event = waiting.front();
        waiting.pop_front();
        return event;
      });
}

void ExecBridge::post(const ConsoleEvent& event) {
  if (control_ == Control::Program) {
    events_.post(event);
  } else if (const auto* signal = std::get_if<Signal>(&event)) {
    interrupt("interrupted by SIG" + std::string(to_string(*signal)));
  }
}

void ExecBridge::run(ExecHandler& handler, const ExecRequest& request) {
  int status = 1;
  BridgeConsole console(output_, input_, events_);
  if (request.has_terminal) {
    TerminalWriter terminal(output_);
    ExecStreams streams{input_, terminal, terminal, gone_.get_token(), &console};
    status = run_guarded(handler, request, streams);
  } else {
    QueueWriter out(output_, OutputStream::Out);
    QueueWriter err(output_, OutputStream::Err);
    ExecStreams streams{input_, out, err, gone_.get_token(), &console};
    status = run_guarded(handler, request, streams);
  }
  exit_status_.with([status](std::optional<int>& held) { held = status; });
  connection_->signal();
}

void ExecBridge::fail(int status, std::string_view message) {
  static_cast<void>(
      output_.write(OutputStream::Err, std::as_bytes(std::span(message.data(), message.size()))));
  exit_status_.with([status](std::optional<int>& held) { held = status; });
}

void ExecBridge::interrupt(std::string_view why) {
  input_.break_off({ErrorCode::Cancelled, std::string(why), "", ""});
  gone_.request_stop();
}

std::optional<int> ExecBridge::exit_status() const {
  return exit_status_.with([](const std::optional<int>& held) { return held; });
}

void ExecBridge::cut(const Error& why) {
  input_.break_off(why);
  output_.break_off(why);
  gone_.request_stop();
}

}  // namespace minpaas::sshd
