#include "sshd/git/side_band.h"

#include <gtest/gtest.h>

#include "sshd/git/advertisement.h"
#include "sshd/git/pkt_line.h"
#include "sshd/git/push_report.h"
#include "sshd/git/ref_screen.h"
#include "tests/support/memory_streams.h"

namespace minpaas::sshd::git {
namespace {

const Oid kA = Oid::parse(std::string(40, 'a')).value();
const Oid kB = Oid::parse(std::string(40, 'b')).value();

class Bands : public testing::Test {
 protected:
  test::MemoryReader in_{""};
  test::MemoryWriter out_;
  test::MemoryWriter err_;
  std::stop_source gone_;
  ExecStreams streams_{in_, out_, err_, gone_.get_token()};
};

TEST_F(Bands, CarryLinesReportsAndFaults) {
  SideBand band(streams_, SideBand::Mode::Banded);
  band.line("-----> Building");
  band.report("000eunpack ok\n0000");
  band.fault("broken");
  band.finish();
  EXPECT_EQ(out_.text,
            "0015\2-----> Building\n"
            "0017\1"
            "000eunpack ok\n0000"
            "0013\3fatal: broken\n"
            "0000");
  EXPECT_EQ(err_.text, "");
}

TEST_F(Bands, CleanWhatAProgramPrints) {
  SideBand band(streams_, SideBand::Mode::Banded);
  band.line(std::string_view("a\0b\x1b[2J\x1b[31mred\x1b[0m\rc\nd", 23));
  EXPECT_EQ(out_.text, "0016\2ab\x1b[31mred\x1b[0mcd\n");
}

TEST_F(Bands, CutALongLineIntoPackets) {
  SideBand band(streams_, SideBand::Mode::Banded);
  band.line(std::string(70'000, 'x'));
  EXPECT_EQ(out_.text.substr(0, 5), "fff0\2");
  EXPECT_EQ(out_.text.size(), 70'000U + 1 + 2 * 5);
}

TEST_F(Bands, AreNotUsedForPeersThatDoNotKnowThem) {
  SideBand band(streams_, SideBand::Mode::Plain, std::chrono::milliseconds(0));
  band.line("Building");
  band.keep_alive();
  band.report("000eunpack ok\n0000");
  band.fault("broken");
  band.finish();
  EXPECT_EQ(out_.text, "000eunpack ok\n0000");
  EXPECT_EQ(err_.text, "Building\nfatal: broken\n");
}

TEST_F(Bands, KeepTheConnectionAliveOnlyAfterASilence) {
  SideBand patient(streams_, SideBand::Mode::Banded);
  patient.keep_alive();
  EXPECT_EQ(out_.text, "");
  SideBand eager(streams_, SideBand::Mode::Banded, std::chrono::milliseconds(0));
  eager.keep_alive();
  EXPECT_EQ(out_.text, "0005\1");
}

TEST_F(Bands, AreSilentAfterTheFirstFailedWrite) {
  SideBand band(streams_, SideBand::Mode::Banded);
  out_.broken = true;
  band.line("lost");
  EXPECT_TRUE(band.is_broken());
  out_.broken = false;
  band.line("never sent");
  EXPECT_EQ(out_.text, "");
}

TEST(Advertisement, OfAnEmptyRepositoryNamesCapabilitiesOnly) {
  const auto text = advertisement({}, "");
  EXPECT_EQ(text.substr(4, 57), std::string(40, '0') + " capabilities^{}" + '\0');
  EXPECT_TRUE(text.ends_with("\n0000"));
  for (const auto* capability : {"report-status", "delete-refs", "side-band-64k", "atomic",
                                 "ofs-delta", "no-thin", "push-options", "object-format=sha1"}) {
    EXPECT_NE(text.find(capability), std::string::npos) << capability;
  }
}

TEST(Advertisement, PutsCapabilitiesOnTheFirstRefOnly) {
  const auto text = advertisement({{"refs/heads/a", kA}, {"refs/heads/b", kB}}, "version=2");
  EXPECT_EQ(text.substr(4, 54), std::string(40, 'a') + " refs/heads/a" + '\0');
  EXPECT_TRUE(text.ends_with("003a" + std::string(40, 'b') + " refs/heads/b\n0000") ||
              text.ends_with(std::string(40, 'b') + " refs/heads/b\n0000"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\0'), 1);
}

TEST(Advertisement, SaysVersionOneOnlyWhenAsked) {
  EXPECT_EQ(advertisement({}, "version=1").substr(0, 14), "000eversion 1\n");
  EXPECT_EQ(advertisement({}, "version=2:version=1").substr(0, 14), "000eversion 1\n");
  for (const auto* protocol : {"", "version=0", "version=2", "version=11", "x"}) {
    EXPECT_EQ(advertisement({}, protocol).find("version 1"), std::string::npos) << protocol;
  }
}

TEST(PushReport, TellsEveryCommandInOneLine) {
  const std::vector<RefCommand> commands{{"refs/heads/a", Oid(), kA}, {"refs/heads/b", Oid(), kB}};
  EXPECT_EQ(push_report("ok", commands, {std::nullopt, "no\nway\x1b[2J"}),
            "000eunpack ok\n0014ok refs/heads/a\n001ang refs/heads/b noway\n0000");
  EXPECT_EQ(push_report("ok", {commands[0]}, {""}),
            "000eunpack ok\n001bng refs/heads/a failed\n0000");
}

TEST(RefScreen, RefusesBadAndHiddenNames) {
  Push push;
  for (const auto* ref : {"refs/heads/main", "refs/heads/a b", "HEAD", "refs/minpaas/x",
                          "refs/replace/"
                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                          "refs/foo"}) {
    push.commands.push_back({ref, Oid(), kA});
  }
  minpaas::git::Library library;
  const auto refusals = screen_refs(push);
  EXPECT_EQ(refusals[0], std::nullopt);
  EXPECT_EQ(refusals[1], "funny refname");
  EXPECT_EQ(refusals[2], "funny refname");
  EXPECT_EQ(refusals[3], "deny updating a hidden ref");
  EXPECT_EQ(refusals[4], "deny updating a hidden ref");
  EXPECT_EQ(refusals[5], "funny refname");
  push.atomic = true;
  EXPECT_EQ(screen_refs(push)[0], "atomic push failure");
}

}  // namespace
}  // namespace minpaas::sshd::git
