#include "core/docker/build_cgroup.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace minpaas::docker {
namespace {

namespace fs = std::filesystem;

/// A folder that looks like /sys/fs/cgroup: the kernel's files are there as soon as a group is.
class BuildCgroup : public testing::Test {
 protected:
  void make(const fs::path& group, std::initializer_list<const char*> files) {
    fs::create_directories(root() / group);
    for (const char* file : files) {
      std::ofstream(root() / group / file);
    }
  }

  void make_separate() {
    make("cpu/docker/buildkit", {"cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us"});
    make("pids/docker/buildkit", {"pids.max"});
    make("memory/docker/buildkit", {"memory.limit_in_bytes", "memory.memsw.limit_in_bytes"});
  }

  std::string content(const fs::path& file) {
    std::ifstream in(root() / file);
    std::string last;
    std::getline(in, last);
    return last;
  }

  const fs::path& root() const { return folder_.path(); }

  test::TempDir folder_;
};

TEST_F(BuildCgroup, OfTheFirstVersionIsLimited) {
  make_separate();
  ASSERT_TRUE(has_build_cgroup(root()));
  ASSERT_TRUE(limit_build_cgroup(root(), {.memory_bytes = 1 << 30, .cpus = 1.5}));
  EXPECT_EQ(content("cpu/docker/buildkit/cpu.cfs_quota_us"), "150000");
  EXPECT_EQ(content("cpu/docker/buildkit/cpu.shares"), "256");
  EXPECT_EQ(content("pids/docker/buildkit/pids.max"), "8192");
  EXPECT_EQ(content("memory/docker/buildkit/memory.limit_in_bytes"), "1073741824");
}

TEST_F(BuildCgroup, WithoutALimitHasLittleWeightOnly) {
  make_separate();
  ASSERT_TRUE(limit_build_cgroup(root(), {}));
  EXPECT_EQ(content("cpu/docker/buildkit/cpu.cfs_quota_us"), "-1");
  EXPECT_EQ(content("memory/docker/buildkit/memory.limit_in_bytes"), "-1");
}

TEST_F(BuildCgroup, OfTheSecondVersionIsLimited) {
  make("", {"cgroup.controllers"});
  make("docker", {"cgroup.subtree_control"});
  make("docker/buildkit", {"cpu.weight", "cpu.max", "memory.max", "pids.max"});
  ASSERT_TRUE(limit_build_cgroup(root(), {.memory_bytes = 1 << 30, .cpus = 0.5}));
  EXPECT_EQ(content("docker/buildkit/cpu.max"), "50000 100000");
  EXPECT_EQ(content("docker/buildkit/memory.max"), "1073741824");
  EXPECT_EQ(content("docker/buildkit/cpu.weight"), "25");
  EXPECT_EQ(content("docker/buildkit/pids.max"), "8192");
}

TEST_F(BuildCgroup, ThatIsNotThereIsAnError) {
  EXPECT_FALSE(has_build_cgroup(root()));
  const auto limited = limit_build_cgroup(root(), {.memory_bytes = 1 << 30});
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace minpaas::docker
