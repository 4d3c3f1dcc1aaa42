#include "sshd/git/pkt_line.h"

#include <gtest/gtest.h>

#include "tests/support/memory_streams.h"

namespace minpaas::sshd::git {
namespace {

constexpr auto kNoDeadline = SteadyTime::max();

std::string error_of(std::string_view bytes) {
  test::MemoryReader in{std::string(bytes)};
  PktReader reader(in);
  for (;;) {
    const auto pkt = reader.next(kNoDeadline);
    if (!pkt) {
      return pkt.error().message;
    }
    if (pkt->kind == Pkt::Kind::End) {
      return "end";
    }
  }
}

TEST(PktReader, ReadsPacketsWhateverThePieces) {
  for (const std::size_t piece : {1U, 3U, 4096U}) {
    test::MemoryReader in(
        "0006a\n0004"
        "0000"
        "000Ab\0c\n\n\n",
        piece);
    test::MemoryReader whole(std::string("0006a\n0004"
                                         "0000"
                                         "0009b\0c\n\n",
                                         23),
                             piece);
    PktReader reader(whole);
    EXPECT_EQ(reader.next(kNoDeadline)->data, "a\n");
    const auto empty = reader.next(kNoDeadline);
    EXPECT_EQ(empty->kind, Pkt::Kind::Data);
    EXPECT_EQ(empty->data, "");
    EXPECT_EQ(reader.next(kNoDeadline)->kind, Pkt::Kind::Flush);
    EXPECT_EQ(reader.next(kNoDeadline)->data, std::string_view("b\0c\n\n", 5));
    EXPECT_EQ(reader.next(kNoDeadline)->kind, Pkt::Kind::End);
  }
}

TEST(PktReader, ReadsTheLargestPacket) {
  std::string bytes;
  append_pkt(bytes, std::string(kMostPktBytes - kPktLengthBytes, 'x'));
  ASSERT_EQ(bytes.substr(0, 4), "fff0");
  test::MemoryReader in(bytes + "0000");
  PktReader reader(in);
  EXPECT_EQ(reader.next(kNoDeadline)->data.size(), kMostPktBytes - kPktLengthBytes);
  EXPECT_EQ(reader.next(kNoDeadline)->kind, Pkt::Kind::Flush);
}

TEST(PktReader, RefusesLengthsThatDoNotExist) {
  for (const auto* bytes :
       {"0001", "0002", "0003x", "fff1", "ffff", "00g0", "-001", "    ", "0x10", "PACK"}) {
    EXPECT_EQ(error_of(bytes), "protocol error: a packet has no valid length") << bytes;
  }
}

TEST(PktReader, KnowsACutPacketFromAnEnd) {
  EXPECT_EQ(error_of(""), "end");
  EXPECT_EQ(error_of("0000"), "end");
  for (const auto* bytes : {"0", "000", "0006", "0006a"}) {
    EXPECT_EQ(error_of(bytes), "protocol error: the last packet is cut off") << bytes;
  }
}

TEST(PktReader, GivesTheRawBytesBehindThePackets) {
  test::MemoryReader in("0006a\n0000PACKrest", 9);
  PktReader reader(in);
  ASSERT_TRUE(reader.next(kNoDeadline));
  ASSERT_TRUE(reader.next(kNoDeadline));
  std::string raw;
  for (;;) {
    const auto bytes = reader.raw(kNoDeadline).value();
    if (bytes.empty()) {
      break;
    }
    raw += static_cast<char>(bytes[0]);
    reader.consume(1);
  }
  EXPECT_EQ(raw, "PACKrest");
}

TEST(PktReader, PassesErrorsOfTheStreamOn) {
  test::MemoryReader in("00");
  in.end_with(Error{ErrorCode::Timeout, "silence", "", ""});
  PktReader reader(in);
  EXPECT_EQ(reader.next(kNoDeadline).error().code, ErrorCode::Timeout);
}

TEST(AppendPkt, CutsWhatDoesNotFit) {
  std::string out;
  append_pkt(out, std::string(70'000, 'x'));
  EXPECT_EQ(out.size(), kMostPktBytes);
  EXPECT_EQ(without_line_end("a\n"), "a");
  EXPECT_EQ(without_line_end("a\n\n"), "a\n");
  EXPECT_EQ(without_line_end(""), "");
}

}  // namespace
}  // namespace minpaas::sshd::git
