#include "hooks/checks/command_probe.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"
#include "hooks/containers/timed_stop.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostSaid = 200;

/// What it prints first, for people; a byte more than is shown tells that it was more.
void keep(std::string& said, std::span<const std::byte> bytes) {
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  said.append(text, std::min(bytes.size(), kMostSaid + 1 - said.size()));
}

}  // namespace

CommandProbe::CommandProbe(docker::Engine& engine, docker::ContainerId container,
                           std::vector<std::string> words, seconds timeout)
    : engine_(engine),
      container_(std::move(container)),
      words_(std::move(words)),
      timeout_(timeout) {}

void CommandProbe::start() {
  state_.update([](State& state) { state.busy = true; });
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

bool CommandProbe::busy() const {
  return state_.with([](const State& state) { return state.busy; });
}

std::optional<bool> CommandProbe::passed() const {
  return state_.with([](const State& state) { return state.passed; });
}

std::string CommandProbe::why() const {
  return state_.with([](const State& state) { return state.why; });
}

void CommandProbe::run(const std::stop_token& stop) {
  const TimedStop timed(stop, timeout_);
  std::string said;
  const auto status = run_to_end(said, timed.token());
  std::string why;
  if (timed.timed_out()) {
    why = fmt::format("took longer than {} s", timeout_.count());
  } else if (!status) {
    why = fmt::format("cannot be run: {}", status.error().message);
  } else {
    const std::string line = cut_text(said.substr(0, said.find('\n')), kMostSaid);
    const std::string text = sanitize_terminal(trim(line));
    why = fmt::format("ended with status {}{}{}", *status, text.empty() ? "" : ": ", text);
  }
  state_.update([&](State& state) {
    state.busy = false;
    state.passed = status && *status == 0;
    state.why = std::move(why);
  });
}

Result<int> CommandProbe::run_to_end(std::string& said, const std::stop_token& stop) {
  const docker::ExecSpec spec{.words = words_, .terminal = std::nullopt, .env = {}};
  const docker::ExecId id = TRY(engine_.create_exec(container_, spec));
  const auto streams = TRY(engine_.start_exec(id, spec));
  for (;;) {
    const auto output = streams->read(stop);
    if (!output) {
      const auto ended = engine_.signal_exec(id, Signal::Kill);
      if (!ended) {
        log::warn("the check command {} goes on: {}", words_.front(), ended.error().for_log());
      }
      return output.error();
    }
    if (output->bytes.empty()) {
      return engine_.wait_exec(id, stop);
    }
    keep(said, output->bytes);
  }
}

}  // namespace minpaas::hooks
