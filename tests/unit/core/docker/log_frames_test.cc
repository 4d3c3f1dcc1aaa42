#include "core/docker/log_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/app/secret_mask.h"
#include "core/base/text_cut.h"
#include "tests/support/test_data.h"

namespace minpaas::docker {
namespace {

using testing::ElementsAre;

std::string frame(int stream, std::string_view payload) {
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(stream);
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[4 + i] = static_cast<char>(payload.size() >> (8 * (3 - i)) & 0xffU);
  }
  return bytes + std::string(payload);
}

constexpr std::string_view kTime = "2026-11-25T14:46:11.912832125Z ";

std::string entry(int stream, std::string_view text) {
  return frame(stream, std::string(kTime) + std::string(text));
}

struct Reader {
  std::vector<LogLine> lines;
  std::size_t enough = 1000;
  LogSink sink = [this](const LogLine& line) {
    lines.push_back(line);
    return lines.size() < enough;
  };
  LogFrames frames{sink};

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& line : lines) {
      all.push_back((line.stream == LogStream::Err ? "err:" : "out:") + line.text);
    }
    return all;
  }
};

TEST(LogFrames, RealLogIsReadWhateverThePieces) {
  const std::string log = test::test_data("docker/logs.bin");
  for (const std::size_t piece : {1UL, 7UL, 4096UL, 1'000'000UL}) {
    Reader reader;
    for (std::size_t at = 0; at < log.size(); at += piece) {
      ASSERT_TRUE(reader.frames.feed(std::string_view(log).substr(at, piece)));
    }
    reader.frames.finish();
    EXPECT_THAT(reader.texts(), ElementsAre("out:out", "err:err", "out:partial", "out:crlf",
                                            "out:" + std::string(40'000, 'x'), "out:", "out:tail"));
    EXPECT_EQ(reader.lines[0].at, *parse_rfc3339("2026-11-25T14:46:11.912832Z"));
  }
}

TEST(LogFrames, PartsOfALineAreJoinedPerStream) {
  Reader reader;
  reader.frames.feed(entry(1, "half ") + entry(2, "err\n") + entry(1, "done\n"));
  EXPECT_THAT(reader.texts(), ElementsAre("err:err", "out:half done"));
}

TEST(LogFrames, EndlessLineComesInPieces) {
  Reader reader;
  for (int i = 0; i < 10; ++i) {
    reader.frames.feed(entry(1, std::string(16'384, 'x')));
  }
  EXPECT_EQ(reader.lines.size(), 2U);
  const std::string piece(65'536, 'x');
  const std::string cut(kTextGoesOn);
  EXPECT_EQ(reader.lines[0].text, piece + cut);
  EXPECT_EQ(reader.lines[1].text, cut + piece + cut);
  reader.frames.feed(entry(1, "end\n") + entry(1, "next\n"));
  EXPECT_EQ(reader.lines[2].text, cut + std::string(32'768, 'x') + "end");
  EXPECT_EQ(reader.lines[3].text, "next");
}

TEST(LogFrames, LineThatEndsAtTheCutIsWhole) {
  Reader reader;
  for (int i = 0; i < 4; ++i) {
    reader.frames.feed(entry(1, std::string(16'384, 'x')));
  }
  reader.frames.feed(entry(1, "\n") + entry(1, "next\n"));
  EXPECT_THAT(reader.texts(), ElementsAre("out:" + std::string(65'536, 'x'), "out:next"));
}

TEST(LogFrames, SinkThatHasEnoughAtACutHearsNoMore) {
  Reader reader;
  reader.enough = 1;
  reader.frames.feed(entry(1, std::string(65'536, 'x')) + entry(1, "rest\n") + entry(1, "more\n"));
  EXPECT_EQ(reader.lines.size(), 1U);
}

TEST(LogFrames, ValueAcrossACutIsMasked) {
  SecretMask mask;
  mask.hide({{*ConfigKey::parse("TOKEN"), Secret("s3cret-value")}});
  const std::string text = std::string(65'530, '.') + "s3cret-value.";
  Reader reader;
  for (std::size_t at = 0; at < text.size(); at += 16'384) {
    reader.frames.feed(entry(1, text.substr(at, 16'384)));
  }
  reader.frames.finish();
  ASSERT_EQ(reader.lines.size(), 2U);
  EXPECT_THAT(mask.apply(reader.lines[0].text), testing::EndsWith("...[TOKEN]\u22ef"));
  EXPECT_EQ(mask.apply(reader.lines[1].text), "\u22ef[TOKEN].");
}

TEST(LogFrames, SinkThatHasEnoughEndsTheStream) {
  Reader reader;
  reader.enough = 1;
  EXPECT_FALSE(reader.frames.feed(entry(1, "one\n") + entry(1, "two\n")));
  reader.frames.finish();
  EXPECT_THAT(reader.texts(), ElementsAre("out:one"));
  EXPECT_FALSE(reader.frames.broken());
}

TEST(LogFrames, EntryWithoutTimeIsKeptWhole) {
  Reader reader;
  reader.frames.feed(frame(1, "no time here\n") + frame(1, "") + frame(1, "\n"));
  EXPECT_THAT(reader.texts(), ElementsAre("out:no time here", "out:"));
}

TEST(LogFrames, WhatIsNoLogStreamIsBroken) {
  for (const std::string& bytes :
       {std::string("HTTP/1.1 200"), frame(3, "x"), std::string("\1\0\0\0\xff\xff\xff\xff", 8)}) {
    Reader reader;
    EXPECT_FALSE(reader.frames.feed(bytes));
    EXPECT_TRUE(reader.frames.broken());
    EXPECT_TRUE(reader.lines.empty());
  }
}

}  // namespace
}  // namespace minpaas::docker
