#include "hooks/containers/ownership.h"

#include <gmock/gmock.h>

#include "tests/support/fake_engine.h"

namespace minpaas::hooks {
namespace {

using testing::MatchesRegex;

docker::ImageDetails image(std::vector<std::string> tags, docker::Labels labels) {
  docker::ImageDetails details;
  details.tags = std::move(tags);
  details.labels = std::move(labels);
  return details;
}

TEST(Ownership, OfAnImageNeedsLabelsAndNoForeignName) {
  const auto labels = image_labels("blog", "here", 7);
  EXPECT_TRUE(is_own_image(image({image_tag("blog", 7)}, labels), "here"));
  EXPECT_TRUE(is_own_image(image({}, labels), "here"));
  EXPECT_FALSE(is_own_image(image({}, labels), "elsewhere"));
  EXPECT_FALSE(is_own_image(image({}, labels), ""));
  EXPECT_FALSE(is_own_image(image({image_tag("blog", 7), "company/debug:1"}, labels), "here"));
  EXPECT_FALSE(is_own_image(image({"localhost/minpaas/python-base:latest"}, labels), "here"));
}

TEST(Ownership, OfAContainerIsNotInheritedFromItsImage) {
  test::FakeEngine engine;
  const auto labels = image_labels("blog", "here", 7);
  const auto made_from = engine.add_image(image_tag("blog", 7), {}, labels);
  auto ours = labels;
  ours[std::string(docker::kLabelProcess)] = "web.1";
  ASSERT_TRUE(engine.create_container({.name = "debug", .image = made_from, .labels = labels}));
  const auto web = engine.create_container({.name = "web", .image = made_from, .labels = ours});
  ASSERT_TRUE(web);
  const auto found = own_containers(engine, "here", {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().id, *web);
  EXPECT_TRUE(own_containers(engine, "elsewhere", {})->empty());
}

TEST(Ownership, LeavesNoLabelOfAContainerToADockerfile) {
  const auto labels = image_labels("blog", "here", 7);
  EXPECT_EQ(labels.at(std::string(docker::kLabelProcess)), "");
  EXPECT_EQ(labels.at(std::string(docker::kLabelRelease)), "");
}

TEST(Ownership, GivesImagesNamesThatAnotherAppCannotGuess) {
  EXPECT_THAT(image_tag("blog", 7), MatchesRegex("localhost/minpaas/blog:d7-[0-9a-f]{16}"));
  EXPECT_NE(image_tag("blog", 7), image_tag("blog", 7));
}

}  // namespace
}  // namespace minpaas::hooks
