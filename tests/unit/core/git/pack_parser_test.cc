#include "core/git/pack_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "tests/support/pack_builder.h"

namespace minpaas::git {
namespace {

using test::PackBuilder;
using test::PackType;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Feeds in pieces; the error, or how many bytes belonged to the pack.
Result<std::size_t> feed(PackParser& parser, std::string_view pack, std::size_t piece) {
  std::size_t taken = 0;
  while (taken < pack.size() && !parser.complete()) {
    taken += TRY(parser.feed(bytes_of(pack.substr(taken, piece))));
  }
  return taken;
}

std::string refusal(std::string_view pack, const PackLimits& limits = {}) {
  PackParser parser(limits);
  const auto fed = feed(parser, pack, 4096);
  if (!fed) {
    return fed.error().message;
  }
  return parser.complete() ? "taken" : "incomplete";
}

TEST(PackParser, FindsTheEndWhateverThePieces) {
  PackBuilder pack;
  const auto blob = pack.add(PackType::Blob, std::string(100'000, 'x'));
  pack.add(PackType::Blob, "");
  pack.add_offset_delta(blob, test::insert_delta(100'000, "other"));
  pack.add_ref_delta(test::object_id("blob", ""), test::insert_delta(0, "third"));
  const std::string bytes = pack.finish();
  for (const std::size_t piece : {1U, 7U, 100U, 65536U}) {
    PackParser parser({});
    const auto taken = feed(parser, bytes + "0000 more", piece);
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(*taken, bytes.size());
    EXPECT_TRUE(parser.complete());
    EXPECT_EQ(parser.objects_received(), 4U);
    EXPECT_EQ(parser.objects_total(), 4U);
  }
}

TEST(PackParser, TakesAnEmptyPackAndChecksItsSum) {
  std::string empty = PackBuilder().finish();
  EXPECT_EQ(empty.size(), 32U);
  EXPECT_EQ(refusal(empty), "taken");
  empty.back() = static_cast<char>(empty.back() ^ 1);
  EXPECT_EQ(refusal(empty), "bad pack: its checksum is wrong");
}

TEST(PackParser, IsIncompleteWhenThePackIsCutAnywhere) {
  PackBuilder pack;
  pack.add(PackType::Blob, "hello");
  const std::string bytes = pack.finish();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(refusal(bytes.substr(0, size)), "incomplete") << size;
  }
}

TEST(PackParser, RefusesAnotherSignatureOrVersion) {
  EXPECT_EQ(refusal("PUCK" + PackBuilder().finish().substr(4)),
            "bad pack: it does not begin with PACK");
  for (const char version : {'\0', '\1', '\3', '\4'}) {
    std::string pack = PackBuilder().finish();
    pack[7] = version;
    EXPECT_EQ(refusal(pack), "bad pack: only version 2 is known");
  }
}

TEST(PackParser, RefusesObjectsThatAreShorterOrLongerThanTheyDeclare) {
  for (const std::uint64_t declared : {4U, 6U, 0U, 5000U}) {
    PackBuilder pack;
    pack.add(PackType::Blob, "hello", declared);
    EXPECT_THAT(refusal(pack.finish()), testing::HasSubstr("than it declares")) << declared;
  }
}

TEST(PackParser, RefusesTypesThatDoNotExist) {
  for (const unsigned type : {0U, 5U}) {
    PackBuilder pack;
    pack.add_raw(type, "", "hello");
    EXPECT_EQ(refusal(pack.finish()),
              "bad pack: object type " + std::to_string(type) + " does not exist");
  }
}

TEST(PackParser, RefusesAHugeCountBeforeAnyObject) {
  const std::string pack = PackBuilder().finish(0xffffffffU);
  EXPECT_EQ(refusal(pack.substr(0, 12)),
            "the pack has 4294967295 objects, at most 5000000 are taken");
}

TEST(PackParser, RefusesObjectsAndPacksOverTheLimits) {
  PackLimits limits;
  limits.object_bytes = 1000;
  PackBuilder large;
  large.add(PackType::Blob, std::string(5000, 'x'));
  EXPECT_EQ(refusal(large.finish(), limits), "a file has 5 kB, at most 1 kB are taken");
  limits = {};
  limits.pack_bytes = 40;
  PackBuilder two;
  two.add(PackType::Blob, "hello");
  two.add(PackType::Blob, "hello again");
  EXPECT_THAT(refusal(two.finish(), limits), testing::HasSubstr("the pack is larger than"));
}

TEST(PackParser, StopsAZlibBombAtTheDeclaredSize) {
  PackBuilder pack;
  pack.add(PackType::Blob, std::string(5'000'000, '\0'), 100);
  EXPECT_EQ(refusal(pack.finish()), "bad pack: an object is longer than it declares");
}

TEST(PackParser, RefusesADeltaThatMakesTooMuch) {
  PackLimits limits;
  limits.object_bytes = 1'000'000;
  PackBuilder pack;
  const auto base = pack.add(PackType::Blob, std::string(1000, 'x'));
  pack.add_offset_delta(base, test::copy_delta(1000, 1000, 1001));
  EXPECT_THAT(refusal(pack.finish(), limits), testing::HasSubstr("a delta makes"));
}

TEST(PackParser, BoundsTheSumOfWhatDeltasMake) {
  PackLimits limits;
  limits.expanded_bytes = 10'000;
  PackBuilder pack;
  const auto base = pack.add(PackType::Blob, std::string(1000, 'x'));
  for (int i = 0; i < 4; ++i) {
    pack.add_offset_delta(base, test::copy_delta(1000, 1000, 3));
  }
  EXPECT_THAT(refusal(pack.finish(), limits), testing::HasSubstr("unpacked"));
}

TEST(PackParser, RefusesOffsetsThatAreNoObjectOfThePack) {
  PackBuilder pack;
  const auto base = pack.add(PackType::Blob, "hello");
  for (const std::size_t offset : {base + 1, base - 1, std::size_t{0}}) {
    PackBuilder bad = pack;
    bad.add_offset_delta(offset, test::insert_delta(5, "x"));
    EXPECT_EQ(refusal(bad.finish()), "bad pack: the base of a delta is no object of the pack");
  }
}

TEST(PackParser, RefusesAnOffsetBeforeThePack) {
  PackBuilder pack;
  pack.add_raw(6, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", test::insert_delta(5, "x"));
  EXPECT_EQ(refusal(pack.finish()), "bad pack: the base of a delta lies before the pack");
}

TEST(PackParser, RefusesADeltaOfItself) {
  PackBuilder pack;
  pack.add_raw(6, std::string(1, '\0'), test::insert_delta(5, "x"));
  EXPECT_EQ(refusal(pack.finish()), "bad pack: the base of a delta is no object of the pack");
}

TEST(PackParser, RefusesASizeWithTooManyDigits) {
  const std::string digits = "\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  EXPECT_EQ(refusal(PackBuilder().finish(1).substr(0, 12) + digits),
            "bad pack: the size of an object has too many digits");
}

TEST(PackParser, RefusesWhatIsNoZlib) {
  EXPECT_EQ(refusal(PackBuilder().finish(1).substr(0, 12) + "\x35not zlib at all"),
            "bad pack: an object is not valid zlib data");
}

TEST(PackParser, RefusesADeltaWithoutItsSizes) {
  PackBuilder pack;
  const auto base = pack.add(PackType::Blob, "hello");
  pack.add_offset_delta(base, "\xff");
  EXPECT_EQ(refusal(pack.finish()), "bad pack: a delta is cut off");
}

}  // namespace
}  // namespace minpaas::git
