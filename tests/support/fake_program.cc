#include "tests/support/fake_program.h"

#include <utility>
#include <vector>

namespace minpaas::test {
namespace {

constexpr std::size_t kPipeBytes = 64UL << 10;

SteadyTime some_day() {
  return std::chrono::steady_clock::now() + std::chrono::hours(24);
}

Error cancelled_wait() {
  return {ErrorCode::Cancelled, "cancelled", "", ""};
}

}  // namespace

/// The engine's side of a program's streams.
class FakeAttachment : public docker::Attachment {
 public:
  explicit FakeAttachment(std::shared_ptr<FakeProgram> program) : program_(std::move(program)) {}

  ~FakeAttachment() override {
    program_->state_.update([](FakeProgram::State& state) {
      state.input_ended = true;
      state.attached = false;
      state.printed.clear();
      state.printed_bytes = 0;
    });
  }

  Result<docker::ProgramOutput> read(const std::stop_token& stop) override {
    const auto ready = [](const FakeProgram::State& state) {
      return !state.printed.empty() || state.is_over();
    };
    auto taken = program_->state_.wait_until(
        some_day(), stop, ready, [&](FakeProgram::State& state) -> Result<bool> {
          if (!ready(state)) {
            return cancelled_wait();
          }
          held_ = state.printed.empty() ? FakeProgram::Printed{} : std::move(state.printed.front());
          if (!state.printed.empty()) {
            state.printed.pop_front();
          }
          state.printed_bytes -= held_.bytes.size();
          return true;
        });
    if (!taken) {
      return taken.error();
    }
    program_->state_.update([](FakeProgram::State&) {});
    return docker::ProgramOutput{held_.stream, std::as_bytes(std::span(held_.bytes))};
  }

  Result<void> write(std::span<const std::byte> bytes, const std::stop_token& stop) override {
    const auto ready = [](const FakeProgram::State& state) {
      return state.input.size() < kPipeBytes || state.is_over();
    };
    const auto written = program_->state_.wait_until(
        some_day(), stop, ready, [&](FakeProgram::State& state) -> Result<void> {
          if (!ready(state)) {
            return cancelled_wait();
          }
          if (state.is_over()) {
            return Error{ErrorCode::Disconnected, "the program reads no more", "", ""};
          }
          state.input.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          return {};
        });
    program_->state_.update([](FakeProgram::State&) {});
    return written;
  }

  void end_input() override {
    program_->state_.update([](FakeProgram::State& state) { state.input_ended = true; });
  }

 private:
  std::shared_ptr<FakeProgram> program_;
  FakeProgram::Printed held_{};
};

std::unique_ptr<docker::Attachment> FakeProgram::attach(std::shared_ptr<FakeProgram> program) {
  program->state_.with([](State& state) { state.attached = true; });
  return std::make_unique<FakeAttachment>(std::move(program));
}

std::string FakeProgram::read() {
  auto input = state_.wait_until(
      some_day(), {},
      [](const State& state) {
        return !state.input.empty() || state.input_ended || state.is_over();
      },
      [](State& state) { return state.is_over() ? "" : std::exchange(state.input, {}); });
  state_.update([](State&) {});
  return input;
}

void FakeProgram::print(std::string_view bytes, docker::LogStream stream) {
  state_.wait_until(
      some_day(), {},
      [](const State& state) { return state.printed_bytes < kPipeBytes || state.is_over(); },
      [&](State& state) {
        if (state.attached && !state.is_over()) {
          state.printed.push_back(
              {terminal_ ? docker::LogStream::Out : stream, std::string(bytes)});
          state.printed_bytes += bytes.size();
        }
      });
  state_.update([](State&) {});
}

std::optional<ConsoleEvent> FakeProgram::wait_for_event() {
  return state_.wait_until(
      some_day(), {}, [](const State& state) { return !state.events.empty() || state.is_over(); },
      [](State& state) -> std::optional<ConsoleEvent> {
        if (state.is_over() || state.events.empty()) {
          return std::nullopt;
        }
        auto event = state.events.front();
        state.events.pop_front();
        return event;
      });
}

int FakeProgram::run(const Main& main) {
  const int returned = main(*this);
  return state_.with([&](const State& state) { return state.killed.value_or(returned); });
}

void FakeProgram::signal(Signal signal) {
  state_.update([&](State& state) {
    if (caught_.contains(signal) && signal != Signal::Kill) {
      state.events.emplace_back(signal);
    } else if (!state.is_over()) {
      state.killed = 128 + number_of(signal);
    }
  });
}

void FakeProgram::resize(WindowSize size) {
  state_.update([&](State& state) { state.events.emplace_back(size); });
}

void FakeProgram::end(int exit_status) {
  state_.update([&](State& state) {
    state.killed = state.killed.value_or(exit_status);
    state.exit_status = state.exit_status.value_or(exit_status);
  });
}

std::optional<int> FakeProgram::exit_status() const {
  return state_.with([](const State& state) { return state.exit_status; });
}

Result<int> FakeProgram::wait(const std::stop_token& stop) {
  return state_.wait_until(
      some_day(), stop, [](const State& state) { return state.exit_status.has_value(); },
      [](const State& state) -> Result<int> {
        return state.exit_status ? Result<int>(*state.exit_status) : cancelled_wait();
      });
}

}  // namespace minpaas::test
