#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "core/git/repository.h"
#include "tests/support/bare_repository.h"
#include "tests/support/commits.h"
#include "tests/support/program.h"

namespace minpaas::git {
namespace {

using test::BareRepository;
using testing::HasSubstr;

class MovingRefs : public testing::Test {
 protected:
  void SetUp() override {
    first_ = test::make_commit(repository_.path(), {{"a", "1"}}, "first");
    second_ = test::make_commit(repository_.path(), {{"a", "2"}}, "second", first_);
  }

  static RefName name(std::string_view text) { return RefName::parse(text).value(); }

  RefUpdate create(std::string_view ref) { return {name(ref), Oid(), first_}; }

  /// Puts all refs into the packed-refs file.
  void pack_refs() {
    ASSERT_EQ(test::run_program({"git", "-C", repository_.path(), "pack-refs", "--all"}).status, 0);
  }

  [[nodiscard]] Oid resolve(std::string_view ref) const {
    return repository_.open().resolve(name(ref)).value();
  }

  BareRepository repository_;
  Oid first_;
  Oid second_;
};

TEST_F(MovingRefs, CreatesMovesAndDeletes) {
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/main")));
  ASSERT_TRUE(repository_->update_ref({name("refs/heads/main"), first_, second_}));
  EXPECT_EQ(resolve("refs/heads/main"), second_);
  ASSERT_TRUE(repository_->update_ref({name("refs/heads/main"), second_, Oid()}));
  EXPECT_TRUE(resolve("refs/heads/main").is_zero());
}

TEST_F(MovingRefs, DeletesPackedRefs) {
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/main")));
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/other")));
  pack_refs();
  auto fresh = repository_.open();
  ASSERT_TRUE(fresh.update_ref({name("refs/heads/main"), first_, Oid()}));
  EXPECT_TRUE(resolve("refs/heads/main").is_zero());
  EXPECT_EQ(resolve("refs/heads/other"), first_);
}

TEST_F(MovingRefs, RefusesAnOldIdThatIsNotTheCurrentOne) {
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/main")));
  for (const auto& old_oid : {Oid(), second_}) {
    const auto moved = repository_->update_ref({name("refs/heads/main"), old_oid, second_});
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, ErrorCode::Conflict);
  }
  const auto missing = repository_->update_ref({name("refs/heads/x"), first_, second_});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::Conflict);
  EXPECT_EQ(resolve("refs/heads/main"), first_);
}

TEST_F(MovingRefs, RefusesAFolderWhereARefIsAndTheOtherWayRound) {
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/a")));
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/b/c")));
  for (const bool packed : {false, true}) {
    if (packed) {
      pack_refs();
    }
    auto fresh = repository_.open();
    for (const auto* clash : {"refs/heads/a/x", "refs/heads/b"}) {
      const auto moved = fresh.update_ref(create(clash));
      ASSERT_FALSE(moved) << clash << packed;
      EXPECT_EQ(moved.error().code, ErrorCode::Conflict);
      EXPECT_THAT(moved.error().message, HasSubstr("exists already"));
    }
  }
}

TEST_F(MovingRefs, CreatesWhereAnEmptyFolderWasLeft) {
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/a/b/c")));
  ASSERT_TRUE(repository_->update_ref({name("refs/heads/a/b/c"), first_, Oid()}));
  std::filesystem::create_directories(repository_.path() / "refs/heads/a/b");
  EXPECT_TRUE(repository_->update_ref(create("refs/heads/a")));
}

TEST_F(MovingRefs, MovesAllOrNone) {
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/main")));
  const auto moved = repository_->update_refs_atomically(
      {create("refs/heads/new"), {name("refs/heads/main"), second_, first_}});
  ASSERT_FALSE(moved);
  EXPECT_TRUE(resolve("refs/heads/new").is_zero());
  EXPECT_FALSE(std::filesystem::exists(repository_.path() / "refs/heads/new.lock"));
  ASSERT_TRUE(repository_->update_refs_atomically(
      {create("refs/heads/new"), {name("refs/heads/main"), first_, second_}}));
  EXPECT_EQ(resolve("refs/heads/new"), first_);
  EXPECT_EQ(resolve("refs/heads/main"), second_);
}

TEST_F(MovingRefs, RefusesTwoNewRefsThatClash) {
  const auto moved =
      repository_->update_refs_atomically({create("refs/heads/a"), create("refs/heads/a/b")});
  ASSERT_FALSE(moved);
  EXPECT_THAT(moved.error().message, HasSubstr("pushed as well"));
  EXPECT_TRUE(resolve("refs/heads/a").is_zero());
}

TEST_F(MovingRefs, RefusesToPushThroughASymbolicRef) {
  ASSERT_TRUE(repository_->update_ref(create("refs/heads/main")));
  std::ofstream(repository_.path() / "refs/heads/alias") << "ref: refs/heads/main\n";
  EXPECT_TRUE(repository_->is_symbolic(name("refs/heads/alias")));
  const auto moved = repository_->update_ref({name("refs/heads/alias"), first_, second_});
  ASSERT_FALSE(moved);
  EXPECT_THAT(moved.error().message, HasSubstr("stands for another ref"));
  EXPECT_EQ(resolve("refs/heads/main"), first_);
}

TEST_F(MovingRefs, IsBusyWhileSomebodyElseHoldsTheLock) {
  std::ofstream(repository_.path() / "refs/heads/main.lock") << "";
  const auto moved = repository_->update_ref(create("refs/heads/main"));
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::Busy);
  ASSERT_TRUE(repository_->sweep());
  EXPECT_TRUE(repository_->update_ref(create("refs/heads/main")));
}

TEST_F(MovingRefs, ListsRefsSortedAndHidesItsOwn) {
  for (const auto* ref : {"refs/tags/v1", "refs/heads/b", "refs/heads/a", "refs/minpaas/x"}) {
    ASSERT_TRUE(repository_->update_ref(create(ref)));
  }
  std::vector<std::string> names;
  const auto refs = repository_->refs().value();
  for (const auto& ref : refs) {
    names.push_back(ref.name);
  }
  EXPECT_THAT(names, testing::ElementsAre("refs/heads/a", "refs/heads/b", "refs/tags/v1"));
}

TEST_F(MovingRefs, PointsHeadToABranch) {
  EXPECT_EQ(repository_->head_branch().value(), "refs/heads/main");
  ASSERT_TRUE(repository_->set_head(name("refs/heads/trunk")));
  EXPECT_EQ(repository_.open().head_branch().value(), "refs/heads/trunk");
}

TEST_F(MovingRefs, LosesNothingWhenThreadsPushUnderTheLock) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        auto own = repository_.open();
        for (int i = 0; i < kEach; ++i) {
          const auto lock = PushLock::acquire(repository_.path(), SteadyTime::max());
          const auto ref = "refs/heads/t" + std::to_string(thread) + "/" + std::to_string(i);
          if (!lock || !own.update_ref(create(ref))) {
            ++failures;
          }
        }
      });
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(repository_.open().refs().value().size(), std::size_t{kThreads * kEach});
}

TEST_F(MovingRefs, KeepsProcessesApart) {
  int held[2];
  int done[2];
  ASSERT_EQ(::pipe2(held, O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(done, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = PushLock::acquire(repository_.path(), SteadyTime::max());
    char byte = lock ? '1' : '0';
    ::_exit(::write(held[1], &byte, 1) == 1 && ::read(done[0], &byte, 1) == 1 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(held[0], &byte, 1), 1);
  ASSERT_EQ(byte, '1');
  const auto refused =
      PushLock::acquire(repository_.path(), std::chrono::steady_clock::now() + milliseconds(30));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Busy);
  ASSERT_EQ(::write(done[1], &byte, 1), 1);
  EXPECT_TRUE(
      PushLock::acquire(repository_.path(), std::chrono::steady_clock::now() + seconds(30)));
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (const int fd : {held[0], held[1], done[0], done[1]}) {
    ::close(fd);
  }
}

}  // namespace
}  // namespace minpaas::git
