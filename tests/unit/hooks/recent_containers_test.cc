#include "hooks/recent_containers.h"

#include <gtest/gtest.h>

namespace minpaas::hooks {
namespace {

class RecentContainersTest : public testing::Test {
 protected:
  Result<std::vector<docker::ContainerDetails>> answer() {
    ++asked_;
    if (away_) {
      return Error{ErrorCode::Unavailable, "the engine is away", "", ""};
    }
    return std::vector<docker::ContainerDetails>(static_cast<std::size_t>(asked_));
  }

  std::size_t size(const std::string& label, milliseconds at) {
    return recent_.of(label, SteadyTime(at)).value()->size();
  }

  int asked_ = 0;
  bool away_ = false;
  std::string blog_ = "blog";
  std::string shop_ = "shop";
  RecentContainers recent_{[this](const std::string&) { return answer(); }};
};

TEST_F(RecentContainersTest, AreAskedForOnceHoweverManyLook) {
  for (int follower = 0; follower < 100; ++follower) {
    EXPECT_EQ(size(blog_, milliseconds(1000 + follower)), 1U);
  }
  EXPECT_EQ(size(shop_, milliseconds(1100)), 2U);
  EXPECT_EQ(size(blog_, milliseconds(1000) + RecentContainers::kFresh), 3U);
  EXPECT_EQ(asked_, 3);
}

TEST_F(RecentContainersTest, AreGivenFromBeforeWhileSomeoneAsks) {
  RecentContainers* all = nullptr;
  std::size_t meanwhile = 0;
  RecentContainers recent([&](const std::string& label) {
    if (asked_ == 1) {
      meanwhile = all->of(label, SteadyTime(milliseconds(3000))).value()->size();
    }
    return answer();
  });
  all = &recent;
  ASSERT_TRUE(recent.of(blog_, SteadyTime(milliseconds(1000))));
  EXPECT_EQ(recent.of(blog_, SteadyTime(milliseconds(2000))).value()->size(), 2U);
  EXPECT_EQ(meanwhile, 1U);
}

TEST_F(RecentContainersTest, AreAskedForAgainAfterAFailure) {
  away_ = true;
  EXPECT_FALSE(recent_.of(blog_, SteadyTime(milliseconds(1000))));
  EXPECT_FALSE(recent_.of(blog_, SteadyTime(milliseconds(1001))));
  away_ = false;
  EXPECT_EQ(size(blog_, milliseconds(1002)), 3U);
}

}  // namespace
}  // namespace minpaas::hooks
