// What an engine promises of the streams that a container leaves: its log and its events.
#include <thread>

#include "tests/contract/engine_contract.h"

namespace minpaas::test {
namespace {

using docker::ContainerId;
using docker::RunState;
using testing::ElementsAre;

class StreamContract : public EngineContract {
 protected:
  std::vector<docker::LogLine> logs_of(const ContainerId& id, const docker::LogOptions& options) {
    std::vector<docker::LogLine> lines;
    const auto read = engine().logs(id, options,
                                    [&](const docker::LogLine& line) {
                                      lines.push_back(line);
                                      return true;
                                    },
                                    {});
    EXPECT_TRUE(read) << read.error().for_log();
    return lines;
  }
};

std::vector<std::string> texts(const std::vector<docker::LogLine>& lines, docker::LogStream of) {
  std::vector<std::string> found;
  for (const auto& line : lines) {
    if (line.stream == of) {
      found.push_back(line.text);
    }
  }
  return found;
}

TEST_P(StreamContract, ProgramThatEndsLeavesItsStatusAndItsWords) {
  const auto id = run("job", kEndsWithThree);
  const auto details = wait_for(id, RunState::Exited);
  EXPECT_EQ(details.exit_code, 3);
  EXPECT_EQ(details.restart_count, 0) << "nothing restarts it";
  const auto lines = logs_of(id, {});
  EXPECT_THAT(texts(lines, docker::LogStream::Out), ElementsAre("out one", "out two"));
  EXPECT_THAT(texts(lines, docker::LogStream::Err), ElementsAre("err"));
  EXPECT_EQ(logs_of(id, {.tail = 1}).size(), 1U);
  EXPECT_TRUE(logs_of(id, {.tail = 0}).empty());
  EXPECT_EQ(logs_of(id, {.since = lines.front().at}).size(), 3U) << "since is inclusive";
  EXPECT_TRUE(logs_of(id, {.since = lines.back().at + seconds(1)}).empty());
}

TEST_P(StreamContract, FollowedLogsEndWithTheContainer) {
  const auto id = run("web", kSleeps);
  std::vector<std::string> lines;
  std::jthread stopper;
  const auto read = engine().logs(
      id, {.follow = true},
      [&](const docker::LogLine& line) {
        lines.push_back(line.text);
        stopper = std::jthread([&] { EXPECT_TRUE(engine().stop_container(id, seconds(5))); });
        return true;
      },
      {});
  EXPECT_TRUE(read);
  EXPECT_THAT(lines, ElementsAre("up"));
}

TEST_P(StreamContract, FollowedLogsEndWhenTheReaderHasEnough) {
  const auto id = run("web", kSleeps);
  const auto read = engine().logs(id, {.follow = true}, [](const auto&) { return false; }, {});
  EXPECT_TRUE(read);
}

TEST_P(StreamContract, FollowedLogsAreCancelled) {
  const auto id = run("web", kSleeps);
  std::stop_source stop;
  const auto read = engine().logs(
      id, {.follow = true},
      [&](const auto&) {
        stop.request_stop();
        return true;
      },
      stop.get_token());
  EXPECT_EQ(read.error().code, ErrorCode::Cancelled);
}

TEST_P(StreamContract, QuietStreamIsCancelledFromAnotherThread) {
  std::stop_source stop;
  std::jthread canceller([&] { stop.request_stop(); });
  const auto read = engine().events(
      labels, std::nullopt, [](const auto&) { return true; }, stop.get_token());
  EXPECT_EQ(read.error().code, ErrorCode::Cancelled);
}

TEST_P(StreamContract, EventsTellALifeSinceItsBegin) {
  const auto id = run("job", kEndsWithThree);
  const auto details = wait_for(id, RunState::Exited);
  std::vector<std::string> actions;
  int exit_code = 0;
  const auto read = engine().events(labels, *details.started_at - seconds(60),
                                    [&](const docker::EngineEvent& event) {
                                      EXPECT_EQ(event.container, id);
                                      EXPECT_EQ(event.labels.at(kLabelTest), bed->tag());
                                      actions.push_back(event.action);
                                      exit_code = event.exit_code;
                                      return event.action != "die";
                                    },
                                    {});
  EXPECT_TRUE(read);
  EXPECT_THAT(actions, ElementsAre("create", "start", "die"));
  EXPECT_EQ(exit_code, 3);
}

MINPAAS_ON_EVERY_ENGINE(StreamContract);

}  // namespace
}  // namespace minpaas::test
