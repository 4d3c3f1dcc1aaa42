#include "core/base/program.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include <csignal>
#include <thread>

#include "core/base/file.h"
#include "core/base/text.h"
#include "tests/support/temp_dir.h"

namespace minpaas {
namespace {

using testing::HasSubstr;

ProgramCall shell(const std::string& script) {
  return {.arguments = {"/bin/sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin", "A=b c"}};
}

Result<ProgramEnd> run(const std::string& script) {
  return run_program(shell(script), {});
}

bool soon(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!condition() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  return condition();
}

/// False for one that only waits to be collected.
bool is_running(pid_t pid) {
  const auto status = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  return status && status->find(") Z") == std::string::npos;
}

TEST(Programs, TellHowTheyEndedAndWhatTheySaid) {
  const auto done = run("echo out; echo err >&2; echo $A$HOME; exit 3");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status, 3);
  EXPECT_EQ(done->output, "out\nerr\nb c\n");
  EXPECT_EQ(run("kill -TERM $$")->status, 128 + SIGTERM);
}

TEST(Programs, ThatAreNotThereCannotBeStarted) {
  const auto none = run_program({.arguments = {"/nonexistent/program"}, .environment = {}}, {});
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
}

TEST(Programs, ThatSayMuchAreRememberedByTheEnd) {
  const auto done = run("i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done");
  ASSERT_TRUE(done);
  EXPECT_THAT(done->output, HasSubstr("line 29999\n"));
  EXPECT_LT(done->output.size(), 200'000U);
}

TEST(Programs, AreEndedWithTheirChildrenWhenTheyTakeTooLong) {
  const test::TempDir folder;
  const auto file = folder.path() / "child";
  auto call = shell("sleep 600 & echo $! > " + file.string() + "; wait");
  call.time_limit = milliseconds(300);
  EXPECT_EQ(run_program(call, {}).error().code, ErrorCode::Timeout);
  const auto text = read_file(file, 64);
  ASSERT_TRUE(text);
  const auto child = parse_number(trim(*text), "pid", 2, 1 << 30);
  ASSERT_TRUE(child);
  EXPECT_TRUE(soon([&] { return !is_running(static_cast<pid_t>(*child)); }));
}

TEST(Programs, AreEndedWhenNobodyWantsThemAnyMore) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(run_program(shell("sleep 600"), stop.get_token()).error().code, ErrorCode::Cancelled);
}

TEST(Programs, KeepALockUntilTheyEnd) {
  const test::TempDir folder;
  const auto path = folder.path() / "lock";
  Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX | LOCK_NB), 0);
  auto call = shell("echo begun > " + (folder.path() / "begun").string() + "; sleep 600");
  call.kept_open = &lock;
  std::jthread runner([&](const std::stop_token& stop) {
    EXPECT_EQ(run_program(call, stop).error().code, ErrorCode::Cancelled);
  });
  ASSERT_TRUE(soon([&] { return std::filesystem::exists(folder.path() / "begun"); }));
  // Of the test's own only the number goes: the runner may read the object.
  ::close(lock.get());
  const Fd other(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_NE(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
  runner.request_stop();
  EXPECT_TRUE(soon([&] { return ::flock(other.get(), LOCK_EX | LOCK_NB) == 0; }));
  runner.join();
  static_cast<void>(lock.release());
}

TEST(Programs, AreFoundInThePath) {
  EXPECT_THAT(find_program("sh"), HasSubstr("/sh"));
  EXPECT_EQ(find_program("no-such-program-anywhere"), "");
}

}  // namespace
}  // namespace minpaas
