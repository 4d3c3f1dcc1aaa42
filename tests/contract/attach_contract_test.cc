// What an engine promises of programs that someone is attached to: the streams of a container and
// programs started beside its own.
#include <thread>

#include "tests/contract/engine_contract.h"

namespace minpaas::test {
namespace {

using docker::Attachment;
using docker::ContainerId;
using docker::ContainerSpec;
using docker::LogStream;
using testing::EndsWith;
using testing::HasSubstr;

using Stream = std::unique_ptr<Attachment>;

struct Printed {
  std::string out;
  std::string err;
};

void append(Printed& printed, const docker::ProgramOutput& piece) {
  auto& text = piece.stream == LogStream::Out ? printed.out : printed.err;
  text.append(reinterpret_cast<const char*>(piece.bytes.data()), piece.bytes.size());
}

/// All output, to its end.
Printed read_all(Attachment& stream) {
  Printed printed;
  for (;;) {
    const auto piece = stream.read({});
    EXPECT_TRUE(piece) << piece.error().for_log();
    if (!piece || piece->bytes.empty()) {
      return printed;
    }
    append(printed, *piece);
  }
}

/// Reads until standard output has `text`.
Printed read_until(Attachment& stream, std::string_view text) {
  Printed printed;
  while (printed.out.find(text) == std::string::npos) {
    const auto piece = stream.read({});
    if (!piece || piece->bytes.empty()) {
      ADD_FAILURE() << "ended before '" << text << "', after: " << printed.out;
      return printed;
    }
    append(printed, *piece);
  }
  return printed;
}

void write(Attachment& stream, std::string_view text) {
  const auto written = stream.write(std::as_bytes(std::span(text)), {});
  EXPECT_TRUE(written) << written.error().for_log();
}

class AttachContract : public EngineContract {
 protected:
  ContainerSpec spec_of(const std::string& script) {
    ContainerSpec spec = EngineContract::spec_of("run", "");
    spec.words = {"/bin/sh", "-c", script};
    spec.open_input = true;
    spec.keep_log = false;
    return spec;
  }

  /// Makes a container, attaches to it and starts it.
  Stream start(const ContainerSpec& spec) {
    const auto made = engine().create_container(spec);
    EXPECT_TRUE(made) << made.error().for_log();
    id = *made;
    auto stream = engine().attach_container(id, spec);
    EXPECT_TRUE(stream) << stream.error().for_log();
    const auto started = engine().start_container(id);
    EXPECT_TRUE(started) << started.error().for_log();
    return std::move(*stream);
  }

  /// A container that sleeps, for execs.
  void start_sleeping() {
    auto spec = spec_of(kSleeps);
    spec.open_input = false;
    id = *engine().create_container(spec);
    ASSERT_TRUE(engine().start_container(id));
  }

  Stream start_exec(const std::string& script, std::optional<WindowSize> terminal = {}) {
    const docker::ExecSpec spec{
        .words = {"/bin/sh", "-c", script}, .terminal = terminal, .env = {{"GREETING", "hi"}}};
    const auto made = engine().create_exec(id, spec);
    EXPECT_TRUE(made) << made.error().for_log();
    exec = *made;
    auto stream = engine().start_exec(exec, spec);
    EXPECT_TRUE(stream) << stream.error().for_log();
    return std::move(*stream);
  }

  ContainerId id;
  docker::ExecId exec;
};

TEST_P(AttachContract, InputEndsAtTheProgramWhenItEndsHere) {
  const auto stream = start(spec_of(kCopies));
  write(*stream, "one\n");
  EXPECT_EQ(read_until(*stream, "one\n").out, "one\n") << "before the input has ended";
  write(*stream, "two\n");
  stream->end_input();
  EXPECT_EQ(read_all(*stream).out, "two\n");
  EXPECT_EQ(*engine().wait_container(id, {}), 0);
}

TEST_P(AttachContract, OutputsComeApartAndWhole) {
  const auto stream = start(spec_of(kEndsWithThree));
  const auto printed = read_all(*stream);
  EXPECT_EQ(printed.out, "out one\nout two\n");
  EXPECT_EQ(printed.err, "err\n");
  EXPECT_EQ(*engine().wait_container(id, {}), 3);
  EXPECT_EQ(*engine().wait_container(id, {}), 3) << "as often as asked";
}

TEST_P(AttachContract, TerminalHasOneOutputAndASize) {
  auto spec = spec_of(kTellsItsSize);
  spec.terminal = WindowSize{.columns = 99, .rows = 33};
  const auto stream = start(spec);
  ASSERT_TRUE(engine().resize_container(id, {.columns = 101, .rows = 44}));
  EXPECT_EQ(read_until(*stream, "44 101").err, "");
}

TEST_P(AttachContract, SignalReachesTheProgramBehindItsInit) {
  const auto stream = start(spec_of(kCatchesInt));
  read_until(*stream, "up");
  ASSERT_TRUE(engine().signal_container(id, Signal::Int));
  EXPECT_THAT(read_all(*stream).out, EndsWith("caught\n"));
  EXPECT_EQ(*engine().wait_container(id, {}), 7);
  EXPECT_TRUE(engine().signal_container(id, Signal::Int)) << "ended already";
}

TEST_P(AttachContract, LargeOutputWaitsForItsReader) {
  const auto stream = start(spec_of(kPrintsMuch));
  std::size_t bytes = 0;
  for (;;) {
    const auto piece = stream->read({});
    ASSERT_TRUE(piece) << piece.error().for_log();
    if (piece->bytes.empty()) {
      break;
    }
    bytes += piece->bytes.size();
  }
  EXPECT_EQ(bytes, kMuch);
  EXPECT_EQ(*engine().wait_container(id, {}), 0);
}

TEST_P(AttachContract, QuietProgramIsLeftWhenAsked) {
  const auto stream = start(spec_of(kSleeps));
  read_until(*stream, "up");
  std::stop_source stop;
  std::jthread canceller([&] { stop.request_stop(); });
  const auto piece = stream->read(stop.get_token());
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().code, ErrorCode::Cancelled);
  EXPECT_EQ(engine().wait_container(id, stop.get_token()).error().code, ErrorCode::Cancelled);
  EXPECT_EQ(engine().inspect_container(id)->state, docker::RunState::Running);
}

TEST_P(AttachContract, OutputEndsWhenTheContainerIsRemoved) {
  const auto stream = start(spec_of(kSleeps));
  read_until(*stream, "up");
  ASSERT_TRUE(engine().remove_container(id));
  read_all(*stream);
}

TEST_P(AttachContract, ExecHasStreamsEnvironmentAndStatusOfItsOwn) {
  start_sleeping();
  const auto stream = start_exec(kGreets);
  const auto printed = read_all(*stream);
  EXPECT_EQ(printed.out, "hi\n");
  EXPECT_EQ(printed.err, "err\n");
  EXPECT_EQ(*engine().wait_exec(exec, {}), 4);
  EXPECT_EQ(engine().inspect_container(id)->state, docker::RunState::Running);
}

TEST_P(AttachContract, InputOfAnExecEndsWhenItEndsHere) {
  start_sleeping();
  const auto stream = start_exec(kCopies);
  write(*stream, "one\n");
  stream->end_input();
  EXPECT_EQ(read_all(*stream).out, "one\n");
  EXPECT_EQ(*engine().wait_exec(exec, {}), 0);
}

TEST_P(AttachContract, ExecOnATerminalIsResized) {
  start_sleeping();
  const auto stream = start_exec(kTellsItsSize, WindowSize{.columns = 99, .rows = 33});
  // The engine knows an exec a moment after it was started.
  Result<void> resized = engine().resize_exec(exec, {.columns = 101, .rows = 44});
  for (int i = 0; !resized && i < 100; ++i) {
    std::this_thread::sleep_for(milliseconds(20));
    resized = engine().resize_exec(exec, {.columns = 101, .rows = 44});
  }
  ASSERT_TRUE(resized) << resized.error().for_log();
  read_until(*stream, "44 101");
}

TEST_P(AttachContract, SignalsOfAnExecAreCaughtOrEndIt) {
  start_sleeping();
  auto stream = start_exec(kCatchesInt);
  read_until(*stream, "up");
  auto signalled = engine().signal_exec(exec, Signal::Int);
  ASSERT_TRUE(signalled) << signalled.error().for_log();
  EXPECT_THAT(read_all(*stream).out, EndsWith("caught\n"));
  EXPECT_EQ(*engine().wait_exec(exec, {}), 7);

  stream = start_exec(kSleeps);
  read_until(*stream, "up");
  ASSERT_TRUE(engine().signal_exec(exec, Signal::Term));
  read_all(*stream);
  EXPECT_EQ(*engine().wait_exec(exec, {}), 143);
  EXPECT_TRUE(engine().signal_exec(exec, Signal::Term)) << "ended already";
}

TEST_P(AttachContract, ExecEndsWithItsContainer) {
  start_sleeping();
  const auto stream = start_exec(kSleeps);
  read_until(*stream, "up");
  ASSERT_TRUE(engine().stop_container(id, seconds(1)));
  read_all(*stream);
  EXPECT_EQ(engine().create_exec(id, {.words = {"true"}}).error().code, ErrorCode::Conflict);
}

TEST_P(AttachContract, MissingThingsAreNotFound) {
  const ContainerId nobody{"minpaas-nobody"};
  EXPECT_EQ(engine().attach_container(nobody, {}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().wait_container(nobody, {}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().create_exec(nobody, {.words = {"true"}}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().start_exec({"0123"}, {}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().wait_exec({"0123"}, {}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().signal_exec({"0123"}, Signal::Term).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(engine().signal_container(nobody, Signal::Term));
}

MINPAAS_ON_EVERY_ENGINE(AttachContract);

}  // namespace
}  // namespace minpaas::test
