#include "sshd/git/push_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/memory_streams.h"

namespace minpaas::sshd::git {
namespace {

using testing::HasSubstr;

const std::string kZero(40, '0');
const std::string kA(40, 'a');
const std::string kB(40, 'b');

std::string pkts(const std::vector<std::string>& lines) {
  std::string bytes;
  for (const auto& line : lines) {
    append_pkt(bytes, line);
  }
  return bytes;
}

std::string command(const std::string& ref, const std::string& capabilities = "",
                    const std::string& old_oid = kZero, const std::string& new_oid = kA) {
  const std::string line = old_oid + " " + new_oid + " " + ref;
  return capabilities.empty() ? line : line + '\0' + capabilities;
}

struct Parsed {
  PushHeader header;
  std::string error;
};

Parsed parse(const std::string& bytes) {
  test::MemoryReader in(bytes);
  PktReader reader(in);
  Parsed parsed;
  if (const auto read = read_push_header(reader, {}, parsed.header); !read) {
    parsed.error = read.error().message;
  }
  return parsed;
}

TEST(PushHeader, ReadsCommandsAndCapabilities) {
  const auto parsed = parse(pkts({command("refs/heads/main",
                                          " report-status-v2 side-band-64k quiet atomic "
                                          "object-format=sha1 agent=git/2.39.5 unheard-of=1"),
                                  command("refs/tags/v1", "", kB, kZero) + "\n"}) +
                            "0000");
  EXPECT_EQ(parsed.error, "");
  const auto& push = parsed.header.push;
  ASSERT_EQ(push.commands.size(), 2U);
  EXPECT_EQ(push.commands[0].ref, "refs/heads/main");
  EXPECT_TRUE(push.commands[0].old_oid.is_zero());
  EXPECT_EQ(push.commands[0].new_oid.hex(), kA);
  EXPECT_EQ(push.commands[1].ref, "refs/tags/v1");
  EXPECT_TRUE(push.commands[1].is_delete());
  EXPECT_TRUE(push.atomic);
  EXPECT_TRUE(parsed.header.capabilities.report_status);
  EXPECT_TRUE(parsed.header.capabilities.side_band);
  EXPECT_FALSE(parsed.header.capabilities.push_options);
  EXPECT_EQ(parsed.header.capabilities.agent, "git/2.39.5");
}

TEST(PushHeader, TakesCapabilitiesWithoutABlankBefore) {
  // As JGit and go-git send them.
  const auto parsed =
      parse(pkts({command("refs/heads/main", "report-status side-band-64k\n")}) + "0000");
  EXPECT_TRUE(parsed.header.capabilities.report_status);
  EXPECT_TRUE(parsed.header.capabilities.side_band);
}

TEST(PushHeader, IsEmptyForADryRunAndForAPeerThatLeaves) {
  EXPECT_TRUE(parse("0000").header.push.commands.empty());
  EXPECT_TRUE(parse("").header.push.commands.empty());
  EXPECT_EQ(parse("").error, "");
}

TEST(PushHeader, ReadsPushOptionsOnlyWhenTheyWereChosen) {
  const auto parsed = parse(pkts({command("refs/heads/main", " push-options")}) + "0000" +
                            pkts({"plan", "note=a b\n"}) + "0000");
  EXPECT_EQ(parsed.error, "");
  EXPECT_THAT(parsed.header.push.options, testing::ElementsAre("plan", "note=a b"));
  EXPECT_THAT(parse(pkts({command("refs/heads/main", " push-options")}) + "0000").error,
              HasSubstr("within its options"));
}

TEST(PushHeader, KnowsAShallowClone) {
  const auto parsed =
      parse(pkts({"shallow " + kB, command("refs/heads/main", " report-status")}) + "0000");
  EXPECT_EQ(parsed.error, "");
  EXPECT_TRUE(parsed.header.is_shallow);
  EXPECT_TRUE(parsed.header.capabilities.report_status);
  EXPECT_THAT(parse(pkts({"shallow x"}) + "0000").error, HasSubstr("shallow line"));
}

TEST(PushHeader, RefusesMalformedCommands) {
  for (const auto& line :
       {std::string("x"), kZero + " " + kA, kZero + " " + kA + " ", kZero + kA + " refs/heads/main",
        std::string(40, 'g') + " " + kA + " refs/heads/main", kA + "  " + kB + " refs/heads/x",
        kZero.substr(1) + " " + kA + "  refs/heads/main"}) {
    EXPECT_THAT(parse(pkts({line}) + "0000").error, HasSubstr("protocol error")) << line;
  }
}

TEST(PushHeader, TakesADeleteOfWhatWasNotAdvertised) {
  const auto parsed = parse(pkts({command("refs/heads/gone", "", kZero, kZero)}) + "0000");
  EXPECT_EQ(parsed.error, "");
  ASSERT_EQ(parsed.header.push.commands.size(), 1U);
  EXPECT_TRUE(parsed.header.push.commands[0].is_delete());
}

TEST(PushHeader, RefusesARefThatIsThereTwice) {
  EXPECT_THAT(parse(pkts({command("refs/heads/main"), command("refs/heads/main")}) + "0000").error,
              HasSubstr("twice"));
}

TEST(PushHeader, RefusesSignedPushesAndOtherHashes) {
  EXPECT_THAT(parse(pkts({std::string("push-cert\0 x", 11)}) + "0000").error,
              HasSubstr("signed pushes are not offered"));
  EXPECT_THAT(parse(pkts({command("refs/heads/main", " object-format=sha256")}) + "0000").error,
              HasSubstr("SHA-1"));
}

TEST(PushHeader, BoundsCommandsAndOptions) {
  std::vector<std::string> many;
  for (std::size_t i = 0; i <= kMostCommands; ++i) {
    many.push_back(command("refs/heads/b" + std::to_string(i)));
  }
  EXPECT_THAT(parse(pkts(many) + "0000").error, HasSubstr("more than 1000 refs"));
  const std::string begin = pkts({command("refs/heads/main", " push-options")}) + "0000";
  EXPECT_THAT(
      parse(begin + pkts(std::vector<std::string>(kMostPushOptions + 1, "plan")) + "0000").error,
      HasSubstr("too many push options"));
  EXPECT_THAT(parse(begin + pkts({std::string(kMostPushOptionBytes + 1, 'x')}) + "0000").error,
              HasSubstr("too many push options"));
  EXPECT_THAT(parse(begin + pkts({"a\nb"}) + "0000").error, HasSubstr("line end"));
  EXPECT_THAT(parse(begin + pkts({std::string("a\0b", 3)}) + "0000").error, HasSubstr("NUL"));
}

TEST(PushHeader, IsNoPushWhenThePeerLeavesWithinTheCommands) {
  EXPECT_THAT(parse(pkts({command("refs/heads/main")})).error, HasSubstr("within its commands"));
}

}  // namespace
}  // namespace minpaas::sshd::git
