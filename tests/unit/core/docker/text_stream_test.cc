#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/docker/line_splitter.h"
#include "core/docker/query.h"

namespace minpaas::docker {
namespace {

using testing::ElementsAre;

TEST(LineSplitter, JoinsPiecesToLines) {
  std::vector<std::string> lines;
  LineSplitter splitter(100, [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  });
  for (const char* piece : {"{\"a\"", ":1}\r\n{\"b\":2}\n\n", "{\"c\"", ":3}"}) {
    EXPECT_TRUE(splitter.feed(piece));
  }
  EXPECT_TRUE(splitter.finish());
  EXPECT_THAT(lines, ElementsAre(R"({"a":1})", R"({"b":2})", R"({"c":3})"));
}

TEST(LineSplitter, StopsWhenTheReaderHasEnough) {
  int lines = 0;
  LineSplitter splitter(100, [&](std::string_view) { return ++lines < 2; });
  EXPECT_FALSE(splitter.feed("a\nb\nc\n"));
  EXPECT_FALSE(splitter.feed("d\n"));
  EXPECT_FALSE(splitter.finish());
  EXPECT_EQ(lines, 2);
}

TEST(LineSplitter, LineWithoutEndIsRefused) {
  LineSplitter splitter(10, [](std::string_view) { return true; });
  EXPECT_TRUE(splitter.feed("12345"));
  EXPECT_FALSE(splitter.feed("678901"));
  EXPECT_TRUE(splitter.too_long());
}

TEST(Query, EncodesWhatUrlsCannotHold) {
  EXPECT_EQ(Query().str(), "");
  EXPECT_EQ(Query().add("t", "localhost/a:v1").add("labels", "{\"a\":\"\xc3\xa4 &=\"}").str(),
            "?t=localhost%2Fa%3Av1&labels=%7B%22a%22%3A%22%C3%A4%20%26%3D%22%7D");
}

TEST(Query, NamesOfImagesKeepTheirSlashes) {
  EXPECT_EQ(path_encoded("localhost:5000/a/b:v1@sha256:ab"), "localhost:5000/a/b:v1@sha256:ab");
  EXPECT_EQ(path_encoded("a?b#c d"), "a%3Fb%23c%20d");
}

}  // namespace
}  // namespace minpaas::docker
