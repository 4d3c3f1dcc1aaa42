#include "hooks/containers/container_usage.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace minpaas::hooks {
namespace {

constexpr const char* kId = "0123456789abcdef";

/// A folder that looks like /sys/fs/cgroup.
class Cgroups : public testing::Test {
 protected:
  void write(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories((root() / file).parent_path());
    std::ofstream(root() / file) << text;
  }

  void expect_used(std::chrono::microseconds processor, std::int64_t memory_bytes) {
    const auto used = usage_of({kId}, root());
    ASSERT_TRUE(used);
    EXPECT_EQ(used->processor, processor);
    EXPECT_EQ(used->memory_bytes, memory_bytes);
  }

  [[nodiscard]] std::filesystem::path root() const { return folder_.path(); }

 private:
  test::TempDir folder_;
};

TEST_F(Cgroups, OfVersion2WithTheNamesOfSystemdAreRead) {
  const std::string folder = std::string("system.slice/docker-") + kId + ".scope/";
  write(folder + "cpu.stat", "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\n");
  write(folder + "memory.current", "8192\n");
  expect_used(std::chrono::microseconds(1'500'000), 8192);
}

TEST_F(Cgroups, OfVersion2WithTheNamesOfCgroupfsAreRead) {
  const std::string folder = std::string("docker/") + kId + "/";
  // Not the first line on every kernel.
  write(folder + "cpu.stat", "nr_periods 3\nusage_usec 7\n");
  write(folder + "memory.current", "4096\n");
  expect_used(std::chrono::microseconds(7), 4096);
}

TEST_F(Cgroups, OfVersion1AreRead) {
  write(std::string("cpuacct/docker/") + kId + "/cpuacct.usage", "2500999\n");
  write(std::string("memory/docker/") + kId + "/memory.usage_in_bytes", "123456\n");
  expect_used(std::chrono::microseconds(2500), 123456);
}

TEST_F(Cgroups, SayNothingOfAContainerThatIsNotThere) {
  EXPECT_FALSE(usage_of({kId}, root()));
  EXPECT_FALSE(usage_of({kId}, root() / "nowhere"));
}

TEST_F(Cgroups, SayNothingOfHalfAContainer) {
  const std::string folder = std::string("docker/") + kId + "/";
  write(folder + "cpu.stat", "usage_usec 7\n");
  EXPECT_FALSE(usage_of({kId}, root())) << "no memory";
  write(folder + "memory.current", "max\n");
  EXPECT_FALSE(usage_of({kId}, root())) << "no number";
  write(folder + "memory.current", "1\n");
  write(folder + "cpu.stat", "user_usec 7\n");
  EXPECT_FALSE(usage_of({kId}, root())) << "no processor time";
  write(folder + "cpu.stat", "usage_usec -7\n");
  EXPECT_FALSE(usage_of({kId}, root())) << "less than none";
}

TEST_F(Cgroups, LookNowhereElseForWhatIsNoId) {
  write("docker/cpu.stat", "usage_usec 7\n");
  write("docker/memory.current", "1\n");
  write("cpu.stat", "usage_usec 7\n");
  write("memory.current", "1\n");
  for (const char* id : {"", ".", "..", "../..", "a/../..", "A", "0123 "}) {
    EXPECT_FALSE(usage_of({id}, root())) << id;
  }
}

}  // namespace
}  // namespace minpaas::hooks
