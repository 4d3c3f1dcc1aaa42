#include "core/docker/api_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minpaas::docker {
namespace {

std::string body(const std::string& newest, const std::string& oldest) {
  return R"({"Version":"20.10.24","ApiVersion":")" + newest + R"(","MinAPIVersion":")" + oldest +
         R"("})";
}

Result<ApiVersion> chosen(const std::string& newest, const std::string& oldest) {
  return choose_api(*parse_offer(body(newest, oldest), ""));
}

TEST(ApiVersion, IsTheNewestThatBothSpeak) {
  EXPECT_EQ(chosen("1.41", "1.12")->str(), "1.41") << "20.10";
  EXPECT_EQ(chosen("1.52", "1.44")->str(), "1.52") << "29.0, which refuses 1.41";
  EXPECT_EQ(chosen("1.55", "1.40")->str(), "1.52") << "29.7";
}

TEST(ApiVersion, ComparesAsNumbers) {
  EXPECT_LT((ApiVersion{1, 9}), (ApiVersion{1, 41}));
}

TEST(ApiVersion, EngineThatIsTooOldIsNamed) {
  const auto refused = chosen("1.40", "1.12");
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.error().message, "Docker Engine 20.10.24 (API 1.40) is too old");
}

TEST(ApiVersion, EngineThatIsTooNewAsksForAnUpdate) {
  const auto refused = chosen("1.70", "1.60");
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.error().hint, "update MinPaas");
}

TEST(ApiVersion, BuilderComesFromThePing) {
  EXPECT_EQ(parse_offer(body("1.41", "1.12"), "")->default_builder, Builder::BuildKit);
  EXPECT_EQ(parse_offer(body("1.44", "1.24"), "2")->default_builder, Builder::BuildKit);
  EXPECT_EQ(parse_offer(body("1.44", "1.24"), "1")->default_builder, Builder::Classic);
}

TEST(ApiVersion, GarbageIsCorrupt) {
  for (const char* garbage : {"", "<html>", "[]", "{}", R"({"ApiVersion":"one"})",
                              R"({"ApiVersion":"1.41.2"})", R"({"ApiVersion":141})"}) {
    EXPECT_EQ(parse_offer(garbage, "").error().code, ErrorCode::Corrupt) << garbage;
  }
}

}  // namespace
}  // namespace minpaas::docker
