#include "sshd/git/fetch_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/memory_streams.h"

namespace minpaas::sshd::git {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

const std::string kA(40, 'a');
const std::string kB(40, 'b');

Result<FetchHeader> parse(const std::vector<std::string>& lines, std::string_view end = kFlushPkt) {
  std::string bytes;
  for (const auto& line : lines) {
    append_pkt(bytes, line);
  }
  bytes += end;
  test::MemoryReader in(bytes);
  PktReader reader(in);
  return read_fetch_header(reader, std::chrono::seconds(5));
}

TEST(FetchHeader, ReadsWantsAndCapabilities) {
  const auto header = parse({"want " + kA +
                                 " multi_ack_detailed side-band-64k no-progress include-tag "
                                 "thin-pack agent=git/2.39.5\n",
                             "want " + kB + "\n"});
  ASSERT_TRUE(header) << header.error().for_log();
  EXPECT_THAT(header->wants, SizeIs(2));
  EXPECT_EQ(header->wants[1].hex(), kB);
  EXPECT_TRUE(header->capabilities.detailed_acks);
  EXPECT_TRUE(header->capabilities.side_band);
  EXPECT_TRUE(header->capabilities.no_progress);
  EXPECT_TRUE(header->capabilities.include_tag);
  EXPECT_EQ(header->capabilities.agent, "git/2.39.5");
  EXPECT_EQ(header->depth, 0U);
}

TEST(FetchHeader, ReadsAShallowHistory) {
  const auto header = parse({"want " + kA, "shallow " + kB, "deepen 3\n"});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->depth, 3U);
  EXPECT_TRUE(header->shallow.contains(Oid::parse(kB).value()));
}

TEST(FetchHeader, WantsNothingWhenThePeerEnds) {
  EXPECT_THAT(parse({})->wants, SizeIs(0));
  EXPECT_THAT(parse({}, "")->wants, SizeIs(0));
  EXPECT_EQ(parse({"want " + kA}, "").error().code, ErrorCode::Disconnected);
}

TEST(FetchHeader, RefusesWhatItDoesNotKnow) {
  const std::vector<std::string> lines = {"want x",       "want " + std::string(39, 'a'),
                                          "shallow ",     "deepen 0",
                                          "deepen -1",    "deepen 99999999999",
                                          "deepen-not x", "filter blob:none",
                                          "have ",        "deepen-since 1"};
  for (const std::string& line : lines) {
    const auto header = parse({line});
    ASSERT_FALSE(header) << line;
    EXPECT_THAT(header.error().message, HasSubstr("protocol error")) << line;
  }
}

}  // namespace
}  // namespace minpaas::sshd::git
