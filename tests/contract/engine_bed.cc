#include "tests/contract/engine_bed.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "core/docker/docker_engine.h"
#include "tests/support/engine_server.h"
#include "tests/support/temp_dir.h"

namespace minpaas::test {
namespace {

int copy(FakeProgram& program) {
  for (auto input = program.read(); !input.empty(); input = program.read()) {
    program.print(input);
  }
  return 0;
}

int catch_signal(FakeProgram& program) {
  program.print("up\n");
  if (program.wait_for_event()) {
    program.print("caught\n");
  }
  return 7;
}

int tell_size(FakeProgram& program) {
  while (const auto event = program.wait_for_event()) {
    const auto size = std::get<WindowSize>(*event);
    program.print(fmt::format("{} {}\r\n", size.rows, size.columns));
  }
  return 0;
}

int print_much(FakeProgram& program) {
  const std::string piece(10'000, '\0');
  for (std::size_t printed = 0; printed < kMuch; printed += piece.size()) {
    program.print(piece);
  }
  return 0;
}

int greet(FakeProgram& program) {
  program.print("hi\n");
  program.print("err\n", docker::LogStream::Err);
  return 4;
}

class FakeBed : public EngineBed {
 public:
  FakeBed() {
    const auto base = fake_.add_image(kBase);
    fake_.behave(base, kSleeps, {.log = {"up"}});
    fake_.behave(base, kEndsWithThree,
                 {.exit_code = 3, .log = {"out one", "out two"}, .error_log = {"err"}});
    fake_.behave(base, kIgnoresSigterm, {.ignores_sigterm = true});
    fake_.behave(base, kCopies, {.program = copy});
    fake_.behave(base, kCatchesInt, {.program = catch_signal, .catches = {Signal::Int}});
    fake_.behave(base, kTellsItsSize, {.program = tell_size});
    fake_.behave(base, kPrintsMuch, {.program = print_much});
    fake_.behave(base, kGreets, {.program = greet});
  }

  docker::Engine& engine() override { return fake_; }

  void expect_build(const FakeBuild& build) override { fake_.next_build(build); }

  [[nodiscard]] std::string tag() const override { return "contract"; }

 protected:
  FakeEngine fake_;
};

class SocketBed : public FakeBed {
 public:
  docker::Engine& engine() override { return *client_; }

 private:
  /// In place of a signal on this host, where the fake's programs are no processes.
  Result<void> signal_exec(int pid, Signal signal) {
    for (const auto& exec : fake_.execs()) {
      if (exec.pid == pid) {
        return fake_.signal_exec(exec.id, signal);
      }
    }
    return Error{ErrorCode::NotFound, "no such process", "", ""};
  }

  TempDir dir_;
  EngineServer server_{dir_.path() / "engine.sock", fake_};
  std::unique_ptr<docker::Engine> client_ = *docker::DockerEngine::connect(
      "unix://" + (dir_.path() / "engine.sock").string(), {},
      [this](int pid, Signal signal) { return signal_exec(pid, signal); });
};

class RealBed : public EngineBed {
 public:
  explicit RealBed(std::unique_ptr<docker::Engine> engine) : engine_(std::move(engine)) {}

  ~RealBed() override {
    const docker::Labels ours = {{kLabelTest, tag()}};
    if (const auto containers = engine_->list_containers(ours)) {
      for (const auto& container : *containers) {
        static_cast<void>(engine_->remove_container(container.id).has_value());
      }
    }
    if (const auto images = engine_->list_images(ours)) {
      for (const auto& image : *images) {
        static_cast<void>(engine_->remove_image(image.id).has_value());
      }
    }
  }

  docker::Engine& engine() override { return *engine_; }

  void expect_build(const FakeBuild& /*build*/) override {}

  [[nodiscard]] std::string tag() const override {
    return fmt::format("contract-{}-{}", ::getpid(), serial_);
  }

 private:
  static inline std::atomic<int> count_{0};
  const int serial_ = ++count_;
  std::unique_ptr<docker::Engine> engine_;
};

}  // namespace

std::unique_ptr<EngineBed> make_bed(BedKind kind) {
  switch (kind) {
    case BedKind::Fake:
      return std::make_unique<FakeBed>();
    case BedKind::FakeOverSocket:
      return std::make_unique<SocketBed>();
    case BedKind::RealEngine:
      break;
  }
  const char* host = std::getenv("DOCKER_HOST");
  auto engine =
      docker::DockerEngine::connect(host != nullptr ? host : "unix:///var/run/docker.sock");
  if (!engine || !(*engine)->version() || !(*engine)->inspect_image(kBase)) {
    return nullptr;
  }
  return std::make_unique<RealBed>(std::move(*engine));
}

}  // namespace minpaas::test
