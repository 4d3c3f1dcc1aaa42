#include "core/docker/attach_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace minpaas::docker {
namespace {

using namespace std::string_literals;

/// `O:` or `E:` and the bytes of each piece, when the stream comes in pieces of `cut` bytes.
std::vector<std::string> read(const std::string& stream, std::size_t cut, bool& broken) {
  AttachFrames frames;
  std::vector<std::string> pieces;
  broken = false;
  for (std::size_t at = 0; at < stream.size(); at += cut) {
    const auto part = std::string_view(stream).substr(at, cut);
    auto bytes = std::as_bytes(std::span(part));
    while (!bytes.empty()) {
      const auto piece = frames.next(bytes);
      if (!piece) {
        broken = true;
        return pieces;
      }
      if (*piece) {
        pieces.push_back(((*piece)->stream == LogStream::Out ? "O:" : "E:") +
                         std::string(reinterpret_cast<const char*>((*piece)->bytes.data()),
                                     (*piece)->bytes.size()));
      }
    }
  }
  broken = !frames.between_frames();
  return pieces;
}

const std::string kTwo = "\1\0\0\0\0\0\0\3abc\2\0\0\0\0\0\0\2de"s;

TEST(AttachFrames, AreTakenApartWithoutTheirHeaders) {
  bool broken = false;
  EXPECT_THAT(read(kTwo, 100, broken), testing::ElementsAre("O:abc", "E:de"));
  EXPECT_FALSE(broken);
}

TEST(AttachFrames, GiveWhatHasComeOfAPayload) {
  bool broken = false;
  EXPECT_THAT(read(kTwo, 1, broken), testing::ElementsAre("O:a", "O:b", "O:c", "E:d", "E:e"));
  EXPECT_FALSE(broken);
}

TEST(AttachFrames, MayBeEmpty) {
  bool broken = false;
  EXPECT_THAT(read("\1\0\0\0\0\0\0\0"s + kTwo, 5, broken), testing::ElementsAre("O:abc", "E:de"));
  EXPECT_FALSE(broken);
}

TEST(AttachFrames, KnowWhetherTheStreamMayEnd) {
  bool broken = false;
  read(kTwo.substr(0, kTwo.size() - 1), 100, broken);
  EXPECT_TRUE(broken);
  read(kTwo.substr(0, 4), 100, broken);
  EXPECT_TRUE(broken);
}

TEST(AttachFrames, RefuseWhatIsNoSuchStream) {
  bool broken = false;
  read("HTTP/1.1", 100, broken);
  EXPECT_TRUE(broken);
  read("\3\0\0\0\0\0\0\1a"s, 100, broken);
  EXPECT_TRUE(broken);
}

}  // namespace
}  // namespace minpaas::docker
