// The calls of FakeEngine about programs that someone is attached to.

#include <fmt/format.h>

#include "tests/support/fake_engine.h"

namespace minpaas::test {

using docker::ContainerId;
using docker::ExecId;
using docker::RunState;

namespace {

/// Of a program that a test has not written.
int usual_main(FakeProgram& program, const FakeBehaviour& behaviour) {
  for (const auto& line : behaviour.log) {
    program.print(line + "\n");
  }
  for (const auto& line : behaviour.error_log) {
    program.print(line + "\n", docker::LogStream::Err);
  }
  while (!behaviour.exit_code && program.wait_for_event()) {
  }
  return behaviour.exit_code.value_or(0);
}

Error not_running(std::string_view id) {
  return {ErrorCode::Conflict, fmt::format("Container {} is not running", id), "", ""};
}

Error no_exec(std::string_view id) {
  return {ErrorCode::NotFound, fmt::format("No such exec instance: {}", id), "", ""};
}

}  // namespace

FakeEngine::~FakeEngine() {
  state_.with([](FakeEngineState& state) {
    for (auto& container : state.containers) {
      if (container.program) {
        container.program->end(137);
      }
    }
    for (auto& exec : state.execs) {
      exec.program->end(137);
    }
  });
  std::list<std::jthread> threads;
  threads_.with([&](std::list<std::jthread>& running) { threads.swap(running); });
  threads.clear();  // joins
}

void FakeEngine::launch(std::shared_ptr<FakeProgram> program, const FakeBehaviour& behaviour,
                        std::function<void(int)> ended) {
  const auto main = behaviour.program ? behaviour.program : [behaviour](FakeProgram& run) {
    return usual_main(run, behaviour);
  };
  threads_.with([&](std::list<std::jthread>& running) {
    running.emplace_back([program = std::move(program), main, ended = std::move(ended)] {
      const int status = program->run(main);
      ended(status);
      program->end(status);
    });
  });
}

void FakeEngine::launch_container(const ContainerId& id, std::shared_ptr<FakeProgram> program,
                                  const FakeBehaviour& behaviour) {
  launch(program, behaviour, [this, id, program](int status) {
    change([&](FakeEngineState& state) {
      FakeContainer* found = state.find(id.value);
      if (found != nullptr && found->program == program) {
        state.end(*found, status);
      }
    });
  });
}

Result<std::unique_ptr<docker::Attachment>> FakeEngine::attach_container(
    const ContainerId& id, const docker::ContainerSpec& spec) {
  TRY(enter(EngineCall::Attach, name_of(id)));
  return state_.with([&](FakeEngineState& state) -> Result<std::unique_ptr<docker::Attachment>> {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr) {
      return no_container(id.value);
    }
    if (!found->program) {
      found->program = std::make_shared<FakeProgram>(found->behaviour.catches, spec.terminal);
    }
    return FakeProgram::attach(found->program);
  });
}

Result<int> FakeEngine::wait_container(const ContainerId& id, std::stop_token stop) {
  TRY(enter(EngineCall::Wait, name_of(id)));
  const auto over = [&](FakeEngineState& state) {
    const FakeContainer* found = state.find(id.value);
    return state.down || found == nullptr || found->details.state != RunState::Running;
  };
  return state_.wait_until(std::chrono::steady_clock::now() + std::chrono::hours(24), stop, over,
                           [&](FakeEngineState& state) -> Result<int> {
                             if (!over(state)) {
                               return cancelled();
                             }
                             if (state.down) {
                               return engine_down();
                             }
                             const FakeContainer* found = state.find(id.value);
                             return found == nullptr ? Result<int>(no_container(id.value))
                                                     : found->details.exit_code;
                           });
}

Result<void> FakeEngine::signal_container(const ContainerId& id, Signal signal) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::Signal, name, fmt::format("signal {} {}", name, to_string(signal))));
  change([&](FakeEngineState& state) {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr || found->details.state != RunState::Running) {
      return;
    }
    if (found->program) {
      found->program->signal(signal);
    } else {
      state.end(*found, 128 + number_of(signal));
    }
  });
  return {};
}

Result<void> FakeEngine::resize_container(const ContainerId& id, WindowSize size) {
  TRY(enter(EngineCall::Resize, name_of(id)));
  return state_.with([&](FakeEngineState& state) -> Result<void> {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr) {
      return no_container(id.value);
    }
    if (found->details.state != RunState::Running || !found->program) {
      return not_running(id.value);
    }
    found->program->resize(size);
    return {};
  });
}

Result<ExecId> FakeEngine::create_exec(const ContainerId& id, const docker::ExecSpec& spec) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::CreateExec, name, fmt::format("exec {} {}", name, joined(spec.words))));
  return state_.with([&](FakeEngineState& state) -> Result<ExecId> {
    const FakeContainer* found = state.find(id.value);
    if (found == nullptr) {
      return no_container(id.value);
    }
    if (found->details.state != RunState::Running) {
      return not_running(id.value);
    }
    return state.add_exec(*found, spec);
  });
}

std::shared_ptr<FakeProgram> FakeEngine::program_of(const ExecId& id) {
  return state_.with([&](FakeEngineState& state) {
    const FakeExec* found = state.find_exec(id.value);
    return found == nullptr ? nullptr : found->program;
  });
}

Result<std::unique_ptr<docker::Attachment>> FakeEngine::start_exec(const ExecId& id,
                                                                   const docker::ExecSpec&) {
  TRY(enter(EngineCall::StartExec, id.value));
  const auto program = program_of(id);
  if (!program) {
    return no_exec(id.value);
  }
  const auto behaviour =
      state_.with([&](FakeEngineState& state) { return state.find_exec(id.value)->behaviour; });
  auto attachment = FakeProgram::attach(program);
  launch(program, behaviour, [](int) {});
  return attachment;
}

Result<int> FakeEngine::wait_exec(const ExecId& id, std::stop_token stop) {
  TRY(enter(EngineCall::Wait, id.value));
  const auto program = program_of(id);
  return program ? program->wait(stop) : Result<int>(no_exec(id.value));
}

Result<void> FakeEngine::signal_exec(const ExecId& id, Signal signal) {
  TRY(enter(EngineCall::Signal, id.value, fmt::format("signal exec {}", to_string(signal))));
  const auto program = program_of(id);
  if (!program) {
    return no_exec(id.value);
  }
  program->signal(signal);
  return {};
}

Result<void> FakeEngine::resize_exec(const ExecId& id, WindowSize size) {
  TRY(enter(EngineCall::Resize, id.value));
  const auto program = program_of(id);
  if (!program) {
    return no_exec(id.value);
  }
  program->resize(size);
  return {};
}

}  // namespace minpaas::test
