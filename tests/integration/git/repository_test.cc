#include "core/git/repository.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "core/git/history.h"
#include "tests/support/bare_repository.h"
#include "tests/support/commits.h"
#include "tests/support/pack_builder.h"
#include "tests/support/program.h"

namespace minpaas::git {
namespace {

using test::BareRepository;
using test::PackBuilder;
using test::PackType;

class Repositories : public testing::Test {
 protected:
  /// Takes a pack of one blob, as a small push brings it.
  void push_blob(const std::string& content) {
    PackBuilder pack;
    pack.add(PackType::Blob, content);
    ASSERT_TRUE(repository_.take(pack.finish(), {}));
  }

  BareRepository repository_;
};

TEST_F(Repositories, AreMadeWithoutHooksAndPrivate) {
  EXPECT_FALSE(std::filesystem::exists(repository_.path() / "hooks"));
  EXPECT_EQ(std::filesystem::status(repository_.path()).permissions(),
            std::filesystem::perms::owner_all);
  const auto again = Repository::init(repository_.path(), "main");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
}

TEST_F(Repositories, ThatAreNotThereAreNotFound) {
  const auto opened = Repository::open(repository_.path() / "nowhere");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::NotFound);
}

TEST_F(Repositories, TellWhatACommitIs) {
  const auto id = test::make_commit(repository_.path(), {{"app.py", "x"}}, "Subject\n\nBody");
  const auto commit = repository_->commit(id).value();
  EXPECT_EQ(commit.author, "A");
  EXPECT_EQ(commit.subject, "Subject");
  EXPECT_TRUE(repository_->is_commit(id));
  EXPECT_FALSE(repository_->is_commit(test::object_id("blob", "x")));
  EXPECT_FALSE(repository_->commit(test::object_id("blob", "x")));
}

TEST_F(Repositories, TellWhichCommitsOneHistoryHasAndAnotherHasNot) {
  const auto commit = [&](const std::string& subject, const Oid& parent) {
    return test::make_commit(repository_.path(), {{"app.py", subject}}, subject, parent);
  };
  const Oid base = commit("base", Oid());
  const Oid left = commit("left", base);
  const Oid right = commit("right two", commit("right one", base));
  const auto subjects = [&](const Oid& from, const Oid& to, std::size_t most) {
    std::vector<std::string> all;
    const auto commits = commits_since(*repository_, from, to, most);
    for (const auto& found : *commits) {
      all.push_back(found.subject);
    }
    return all;
  };
  EXPECT_THAT(subjects(left, right, 9), testing::ElementsAre("right two", "right one"));
  EXPECT_THAT(subjects(right, left, 9), testing::ElementsAre("left"));
  EXPECT_THAT(subjects(left, right, 1), testing::ElementsAre("right two"));
  EXPECT_THAT(subjects(base, base, 9), testing::IsEmpty());
  EXPECT_FALSE(commits_since(*repository_, base, test::object_id("blob", "x"), 9));
}

TEST_F(Repositories, ReadFilesOfACommit) {
  const auto id = test::make_commit(
      repository_.path(), {{"app.py", "print()"}, {"src/a.py", "a"}, {"Procfile", "web: x"}}, "x");
  const auto tree = repository_->tree_of(id).value();
  EXPECT_TRUE(tree->has_file("app.py"));
  EXPECT_TRUE(tree->has_file("src/a.py"));
  EXPECT_FALSE(tree->has_file("src"));
  EXPECT_FALSE(tree->has_file("../app.py"));
  EXPECT_EQ(tree->read("src/a.py", 10).value(), "a");
  EXPECT_FALSE(tree->read("app.py", 3));
  EXPECT_FALSE(tree->read("none", 3));
  EXPECT_THAT(tree->root_entries(), testing::ElementsAre("Procfile", "app.py", "src/"));
}

TEST_F(Repositories, GatherSmallPacksAndLoseNothing) {
  for (int i = 0; i < 12; ++i) {
    push_blob("content " + std::to_string(i));
  }
  EXPECT_EQ(repository_.packs(), 12);
  const auto reader = repository_.open();
  EXPECT_TRUE(reader.has_object(test::object_id("blob", "content 3")));
  EXPECT_FALSE(repository_->consolidate(12).value());
  EXPECT_TRUE(repository_->consolidate(11).value());
  EXPECT_LE(repository_.packs(), 6);
  EXPECT_EQ(repository_.leftovers(), 0);
  for (int i = 0; i < 12; ++i) {
    const auto id = test::object_id("blob", "content " + std::to_string(i));
    EXPECT_TRUE(repository_->has_object(id));
    EXPECT_TRUE(repository_.open().has_object(id));
    // A handle that was open before the packs went finds them in the new one.
    EXPECT_TRUE(reader.has_object(id));
  }
  EXPECT_EQ(test::run_program({"git", "-C", repository_.path(), "fsck", "--strict"}).status, 0);
}

TEST_F(Repositories, LeaveALargePackAloneWhenTheyGather) {
  std::string noise;
  for (int i = 0; i < 20'000; ++i) {
    noise += std::to_string(i * 7919 % 104729);
  }
  push_blob(noise);
  const auto large = *std::filesystem::directory_iterator(repository_.path() / "objects/pack");
  for (int i = 0; i < 10; ++i) {
    push_blob("small " + std::to_string(i));
  }
  ASSERT_TRUE(repository_->consolidate(5).value());
  EXPECT_EQ(repository_.packs(), 2);
  EXPECT_TRUE(std::filesystem::exists(large.path()));
}

TEST_F(Repositories, CanBeReadWhileTheyGather) {
  constexpr int kBlobs = 30;
  for (int i = 0; i < kBlobs; ++i) {
    push_blob("content " + std::to_string(i));
  }
  std::atomic<int> missed = 0;
  {
    std::jthread reader([&](const std::stop_token& stop) {
      int at = 0;
      while (!stop.stop_requested()) {
        const auto own = repository_.open();
        for (int i = 0; i < kBlobs; ++i) {
          const auto id = test::object_id("blob", "content " + std::to_string(++at % kBlobs));
          missed += own.has_object(id) ? 0 : 1;
        }
      }
    });
    for (int round = 0; round < 10; ++round) {
      ASSERT_TRUE(repository_->consolidate(0));
      push_blob("more " + std::to_string(round));
    }
  }
  EXPECT_EQ(missed, 0);
}

TEST_F(Repositories, SweepWhatACrashLeft) {
  const auto quarantine = repository_.path() / "objects/tmp_objdir-incoming-abcdef";
  std::filesystem::create_directories(quarantine);
  std::ofstream(quarantine / "pack-1.pack") << "half";
  std::ofstream(repository_.path() / "packed-refs.lock") << "";
  std::ofstream(repository_.path() / "HEAD.lock") << "";
  ASSERT_TRUE(repository_->sweep());
  EXPECT_EQ(repository_.leftovers(), 0);
  EXPECT_FALSE(std::filesystem::exists(quarantine));
  EXPECT_FALSE(std::filesystem::exists(repository_.path() / "packed-refs.lock"));
  EXPECT_FALSE(std::filesystem::exists(repository_.path() / "HEAD.lock"));
}

}  // namespace
}  // namespace minpaas::git
