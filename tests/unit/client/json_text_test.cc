#include "cmd/minpaas/json_text.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace minpaas::client {
namespace {

TEST(JsonText, FindsTheTextOfAField) {
  const std::string json = R"({"git_url_path":"/x","processes":{"url":1},"url":"http://h/"})";
  EXPECT_EQ(json_field(json, "url"), "http://h/");
  EXPECT_EQ(json_field(R"({"url": null})", "url"), std::nullopt);
  EXPECT_EQ(json_field(R"({"a":"\"url\":\"no\"","url":"yes"})", "url"), "yes");
  EXPECT_EQ(json_field("", "url"), std::nullopt);
  EXPECT_EQ(json_field(R"({"url":"cut)", "url"), std::nullopt);
  EXPECT_EQ(json_field(R"({"url":"\u12)", "url"), std::nullopt);
}

TEST(JsonText, ReadsWhatTheServersLibraryWrites) {
  for (const char* text : {"plain", "it's \"quoted\" \\ /", "a\nb\tc\x01", "\xc3\xa4\xe2\x82\xac",
                           "\xf0\x9f\x98\x80"}) {
    EXPECT_EQ(json_field(nlohmann::json{{"x", text}}.dump(-1, ' ', true), "x"), text);
    EXPECT_EQ(json_field(nlohmann::json{{"x", text}}.dump(2), "x"), text);
    EXPECT_EQ(nlohmann::json::parse(json_string(text)), text);
  }
}

}  // namespace
}  // namespace minpaas::client
