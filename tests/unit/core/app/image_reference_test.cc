#include "core/app/image_reference.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

TEST(ImageReference, IsANameWithTagOrDigest) {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  for (const std::string& text :
       {std::string("nginx:1.25"), std::string("ghcr.io/acme/shop:V1_x"), "nginx" + digest,
        "nginx:1.25" + digest, std::string("localhost/minpaas/base:latest"),
        std::string("registry:5000/a/b__c/d--e:t"), std::string("127.0.0.1:5000/x:1")}) {
    const auto reference = ImageReference::parse(text);
    ASSERT_TRUE(reference) << text;
    EXPECT_EQ(reference->str(), text);
  }
  EXPECT_EQ(ImageReference::parse("nginx")->str(), "nginx:latest");
  EXPECT_EQ(ImageReference::parse("host:5000/nginx")->str(), "host:5000/nginx:latest");
}

TEST(ImageReference, KnowsItsRegistry) {
  EXPECT_EQ(ImageReference::parse("127.0.0.1:5000/x")->registry(), "127.0.0.1:5000");
  EXPECT_EQ(ImageReference::parse("ghcr.io/acme/shop:1")->registry(), "ghcr.io");
  EXPECT_EQ(ImageReference::parse("acme/shop:1")->registry(), "");
  EXPECT_EQ(ImageReference::parse("nginx:1.25")->registry(), "");
}

TEST(ImageReference, IsNothingElse) {
  for (const std::string& text : {std::string(),
                                  std::string("Nginx"),
                                  std::string("nginx:"),
                                  std::string("nginx:-x"),
                                  std::string("nginx\nRUN id"),
                                  std::string("nginx AS x"),
                                  std::string("a//b"),
                                  std::string("/a"),
                                  std::string("a/"),
                                  std::string("a..b"),
                                  std::string("a___b"),
                                  std::string("-a"),
                                  std::string("a-"),
                                  std::string("nginx@sha256:12"),
                                  std::string("host:99999/a"),
                                  "sha256:" + std::string(64, 'a'),
                                  std::string(64, 'a'),
                                  std::string(300, 'a'),
                                  std::string("--privileged"),
                                  std::string("../a")}) {
    EXPECT_FALSE(ImageReference::parse(text)) << text;
  }
}

}  // namespace
}  // namespace minpaas
