#include "sshd/exec_queues.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "sshd/exec_bridge.h"

namespace minpaas::sshd {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

SteadyTime soon() {
  return std::chrono::steady_clock::now() + seconds(30);
}

std::string read(ByteReader& reader, std::size_t most = 100) {
  std::string text(most, '\0');
  auto got = reader.read(std::as_writable_bytes(std::span(text.data(), text.size())), soon());
  return got ? text.substr(0, *got) : "error " + std::string(to_string(got.error().code));
}

bool is_awake(const WakeUp& wake) {
  pollfd polled{wake.fd(), POLLIN, 0};
  const bool awake = ::poll(&polled, 1, 0) == 1;
  wake.clear();
  return awake;
}

class Queues : public ::testing::Test {
 protected:
  std::shared_ptr<WakeUp> wake_ = std::make_shared<WakeUp>(*WakeUp::make());
  InputQueue input_{wake_};
  OutputQueue output_{wake_};
};

TEST_F(Queues, GiveInputInOrderThenItsEnd) {
  input_.push(bytes_of("one "));
  input_.push(bytes_of("two"));
  input_.finish();
  EXPECT_EQ(read(input_, 3), "one");
  EXPECT_EQ(read(input_), " two");
  EXPECT_EQ(read(input_), "");
  EXPECT_EQ(read(input_), "");
}

TEST_F(Queues, WakeAReaderAtTheLatestWhenTheyArePublished) {
  std::thread reader([&] { EXPECT_EQ(read(input_), "one"); });
  input_.push(bytes_of("one"));
  input_.publish();
  reader.join();
}

TEST_F(Queues, TakeMoreWhenTheyAreGivenALimit) {
  input_.set_limit(2 * kQueueBytes);
  input_.push(bytes_of(std::string(kQueueBytes, 'x')));
  EXPECT_EQ(input_.waiting(), kQueueBytes);
  EXPECT_EQ(input_.room(), kQueueBytes);
}

TEST_F(Queues, EndAReadAtItsDeadline) {
  std::byte one{};
  const auto got = input_.read({&one, 1}, std::chrono::steady_clock::now());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::Timeout);
}

TEST_F(Queues, WakeTheConnectionWhenThereIsRoomAgain) {
  input_.push(bytes_of(std::string(kQueueBytes, 'x')));
  EXPECT_FALSE(is_awake(*wake_));
  EXPECT_EQ(input_.room(), 0U);
  EXPECT_EQ(read(input_, 1), "x");
  EXPECT_TRUE(is_awake(*wake_));
  EXPECT_EQ(input_.room(), kQueueBytes);
  EXPECT_EQ(read(input_, 1), "x");
  EXPECT_FALSE(is_awake(*wake_));
}

TEST_F(Queues, FailAReadWhenThePeerGoes) {
  std::thread reader([&] { EXPECT_EQ(read(input_), "error disconnected"); });
  input_.break_off({ErrorCode::Disconnected, "gone", "", ""});
  reader.join();
  EXPECT_EQ(read(input_), "error disconnected");
}

TEST_F(Queues, KeepTheOrderOfBothOutputStreams) {
  ASSERT_TRUE(output_.write(OutputStream::Out, bytes_of("a")));
  ASSERT_TRUE(output_.write(OutputStream::Out, bytes_of("b")));
  ASSERT_TRUE(output_.write(OutputStream::Err, bytes_of("c")));
  ASSERT_TRUE(output_.write(OutputStream::Out, bytes_of("d")));
  const auto segments = output_.take();
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_EQ(segments[0].bytes, "ab");
  EXPECT_EQ(segments[1].bytes, "c");
  EXPECT_EQ(segments[1].stream, OutputStream::Err);
  EXPECT_EQ(segments[2].bytes, "d");
  EXPECT_TRUE(output_.empty());
}

TEST_F(Queues, WakeTheConnectionOncePerBatchOfOutput) {
  ASSERT_TRUE(output_.write(OutputStream::Out, bytes_of("a")));
  EXPECT_TRUE(is_awake(*wake_));
  ASSERT_TRUE(output_.write(OutputStream::Out, bytes_of("b")));
  EXPECT_FALSE(is_awake(*wake_));
  output_.take();
  ASSERT_TRUE(output_.write(OutputStream::Out, bytes_of("c")));
  EXPECT_TRUE(is_awake(*wake_));
}

TEST_F(Queues, HoldAWriterUntilThereIsRoom) {
  const std::string much(3 * kQueueBytes + 17, 'x');
  std::thread writer([&] { EXPECT_TRUE(output_.write(OutputStream::Out, bytes_of(much))); });
  std::size_t taken = 0;
  while (taken < much.size()) {
    pollfd polled{wake_->fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&polled, 1, 30'000), 1);
    wake_->clear();
    for (const auto& segment : output_.take()) {
      EXPECT_LE(segment.bytes.size(), kQueueBytes);
      taken += segment.bytes.size();
    }
  }
  writer.join();
  EXPECT_EQ(taken, much.size());
}

TEST_F(Queues, ReleaseAWaitingWriterWhenThePeerGoes) {
  const std::string much(2 * kQueueBytes, 'x');
  std::thread writer([&] {
    const auto written = output_.write(OutputStream::Out, bytes_of(much));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Disconnected);
  });
  output_.break_off({ErrorCode::Disconnected, "gone", "", ""});
  writer.join();
}

/// Writes two lines to each stream, then returns or throws.
class TwoLines : public ExecHandler {
 public:
  int run(const ExecRequest& request, ExecStreams& streams) override {
    EXPECT_TRUE(streams.out.write("out\nmore\r\n"));
    EXPECT_TRUE(streams.err.write("err\n"));
    if (request.command == "throw") {
      throw std::runtime_error("a bug");
    }
    return streams.gone.stop_requested() ? 130 : 3;
  }
};

std::string all_output(ExecBridge& bridge) {
  std::string text;
  for (const auto& segment : bridge.output().take()) {
    text += (segment.stream == OutputStream::Err ? "E:" : "O:") + segment.bytes;
  }
  return text;
}

TEST(ExecBridges, CarryStreamsAndStatus) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()));
  TwoLines handler;
  EXPECT_FALSE(bridge.exit_status());
  bridge.run(handler, {});
  EXPECT_EQ(bridge.exit_status(), 3);
  EXPECT_EQ(all_output(bridge), "O:out\nmore\r\nE:err\n");
}

TEST(ExecBridges, MergeTheStreamsForATerminalAndEndLinesWithCrLf) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()));
  TwoLines handler;
  ExecRequest request;
  request.has_terminal = true;
  bridge.run(handler, request);
  EXPECT_EQ(all_output(bridge), "O:out\r\nmore\r\nerr\r\n");
}

TEST(ExecBridges, TurnAnExceptionIntoStatusOne) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()));
  TwoLines handler;
  ExecRequest request;
  request.command = "throw";
  bridge.run(handler, request);
  EXPECT_EQ(bridge.exit_status(), 1);
  EXPECT_NE(all_output(bridge).find("error: the server made a mistake"), std::string::npos);
}

TEST(ExecBridges, LetAnInterruptedRequestSayItsLastWords) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()));
  TwoLines handler;
  bridge.interrupt("interrupted");
  bridge.run(handler, {});
  EXPECT_EQ(bridge.exit_status(), 130);
  EXPECT_EQ(all_output(bridge), "O:out\nmore\r\nE:err\n");
  EXPECT_EQ(read(bridge.input()), "error cancelled");
}

TEST(ExecBridges, KeepAllSignalsAndTheNewestSize) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()), Control::Program);
  for (const ConsoleEvent& event :
       {ConsoleEvent(WindowSize{.columns = 1, .rows = 1}), ConsoleEvent(Signal::Int),
        ConsoleEvent(WindowSize{.columns = 2, .rows = 2}), ConsoleEvent(Signal::Term)}) {
    bridge.post(event);
  }

  class Listener : public ExecHandler {
   public:
    int run(const ExecRequest& /*request*/, ExecStreams& streams) override {
      EXPECT_EQ(streams.console->next({}), ConsoleEvent(Signal::Int));
      EXPECT_EQ(streams.console->next({}), ConsoleEvent(WindowSize{.columns = 2, .rows = 2}));
      EXPECT_EQ(streams.console->next({}), ConsoleEvent(Signal::Term));
      std::stop_source stop;
      stop.request_stop();
      EXPECT_FALSE(streams.console->next(stop.get_token()));
      EXPECT_FALSE(streams.gone.stop_requested());
      return 0;
    }
  } listener;

  bridge.run(listener, {});
}

TEST(ExecBridges, DropSignalsThatNobodyTakes) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()), Control::Program);
  for (int i = 0; i < 100'000; ++i) {
    bridge.post(Signal::Usr1);
  }
  EXPECT_FALSE(bridge.exit_status());
}

TEST(ExecBridges, EndBySignalWhereNoProgramTakesIt) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()));
  TwoLines handler;
  bridge.post(Signal::Int);
  bridge.run(handler, {});
  EXPECT_EQ(bridge.exit_status(), 130);
}

TEST(ExecBridges, PassOutputToAScreenAsItIs) {
  ExecBridge bridge(std::make_shared<WakeUp>(*WakeUp::make()), Control::Program);

  class Painter : public ExecHandler {
   public:
    int run(const ExecRequest& /*request*/, ExecStreams& streams) override {
      EXPECT_TRUE(streams.console->screen().write("down\n"));
      EXPECT_TRUE(streams.err.write("said\n"));
      return 0;
    }
  } painter;

  ExecRequest request;
  request.has_terminal = true;
  bridge.run(painter, request);
  EXPECT_EQ(all_output(bridge), "O:down\nsaid\r\n");
}

}  // namespace
}  // namespace minpaas::sshd
