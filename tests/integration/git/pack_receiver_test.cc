#include "core/git/pack_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/bare_repository.h"
#include "tests/support/pack_builder.h"

namespace minpaas::git {
namespace {

using test::BareRepository;
using test::PackBuilder;
using test::PackType;
using test::SampleCommit;
using test::TreeBuilder;
using testing::HasSubstr;

class Receiving : public testing::Test {
 protected:
  /// The error of a pack that must not be taken; nothing of it may be left.
  Error refused(std::string_view pack, const std::vector<Oid>& tips = {},
                const PackLimits& limits = {}) {
    const auto taken = repository_.take(pack, tips, limits);
    EXPECT_FALSE(taken) << "the pack was taken";
    EXPECT_EQ(repository_.leftovers(), 0);
    EXPECT_EQ(repository_.packs(), 0);
    return taken ? Error{} : taken.error();
  }

  /// A commit whose tree has these bytes.
  static std::string pack_of_tree(const std::string& tree) {
    const SampleCommit sample;
    PackBuilder pack;
    pack.add(PackType::Tree, tree);
    pack.add(PackType::Blob, sample.blob);
    pack.add(PackType::Commit, test::commit_content(test::object_id("tree", tree)));
    return pack.finish();
  }

  BareRepository repository_;
  SampleCommit sample_;
};

TEST_F(Receiving, KeepsWhatIsWhole) {
  ASSERT_TRUE(repository_.take(sample_.pack(), {sample_.tip}));
  EXPECT_TRUE(repository_->has_object(sample_.tip));
  EXPECT_TRUE(repository_->is_commit(sample_.tip));
  EXPECT_TRUE(repository_.open().has_object(test::object_id("blob", sample_.blob)));
  EXPECT_EQ(repository_.leftovers(), 0);
}

TEST_F(Receiving, HidesAPackUntilItIsKept) {
  auto receiver = PackReceiver::begin(*repository_, {}).value();
  ASSERT_TRUE(BareRepository::receive(*receiver, sample_.pack()));
  ASSERT_TRUE(receiver->check({sample_.tip}, [] { return Result<void>(); }));
  EXPECT_FALSE(repository_->has_object(sample_.tip));
  EXPECT_FALSE(repository_.open().has_object(sample_.tip));
  ASSERT_TRUE(receiver->keep());
  EXPECT_TRUE(repository_->has_object(sample_.tip));
}

TEST_F(Receiving, LeavesNothingWhenItEndsEarly) {
  {
    auto receiver = PackReceiver::begin(*repository_, {}).value();
    const auto pack = sample_.pack();
    EXPECT_FALSE(
        BareRepository::receive(*receiver, std::string_view(pack).substr(0, pack.size() / 2)));
    EXPECT_EQ(std::filesystem::status(repository_.path() / "objects").type(),
              std::filesystem::file_type::directory);
  }
  EXPECT_EQ(repository_.leftovers(), 0);
}

TEST_F(Receiving, TakesTheSamePackTwice) {
  ASSERT_TRUE(repository_.take(sample_.pack(), {sample_.tip}));
  ASSERT_TRUE(repository_.take(sample_.pack(), {sample_.tip}));
  EXPECT_EQ(repository_.packs(), 1);
}

TEST_F(Receiving, TakesAnEmptyPackForWhatIsHere) {
  ASSERT_TRUE(repository_.take(sample_.pack(), {sample_.tip}));
  EXPECT_TRUE(repository_.take(PackBuilder().finish(), {sample_.tip}));
  const auto unknown = repository_.take(PackBuilder().finish(), {test::object_id("blob", "x")});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
}

TEST_F(Receiving, ResolvesDeltasOfBothKinds) {
  const std::string target(3000, 'y');
  PackBuilder pack;
  const auto base = pack.add(PackType::Blob, sample_.blob);
  pack.add_offset_delta(base, test::insert_delta(sample_.blob.size(), target));
  pack.add_ref_delta(test::object_id("blob", target), test::copy_delta(3000, 3000, 2));
  ASSERT_TRUE(repository_.take(pack.finish(), {}));
  EXPECT_TRUE(repository_->has_object(test::object_id("blob", target + target)));
}

TEST_F(Receiving, RefusesAWrongChecksum) {
  auto pack = sample_.pack();
  pack.back() = static_cast<char>(pack.back() ^ 1);
  EXPECT_EQ(refused(pack).code, ErrorCode::InvalidInput);
}

TEST_F(Receiving, RefusesAFlippedBitAnywhere) {
  const auto whole = sample_.pack();
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    auto pack = whole;
    pack[at] = static_cast<char>(pack[at] ^ 0x10);
    const auto taken = repository_.take(pack, {sample_.tip});
    EXPECT_FALSE(taken) << at;
  }
  EXPECT_EQ(repository_.leftovers(), 0);
  EXPECT_EQ(repository_.packs(), 0);
}

TEST_F(Receiving, RefusesADeltaWhoseBaseIsNotInThePack) {
  ASSERT_TRUE(repository_.take(sample_.pack(), {sample_.tip}));
  PackBuilder thin;
  // The base is in the repository, but `no-thin` was announced.
  thin.add_ref_delta(test::object_id("blob", sample_.blob), test::insert_delta(6, "x"));
  const auto taken = repository_.take(thin.finish(), {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::InvalidInput);
}

TEST_F(Receiving, RefusesDeltasInACircle) {
  const std::string a = "aaaa";
  const std::string b = "bbbb";
  PackBuilder circle;
  circle.add_ref_delta(test::object_id("blob", b), test::insert_delta(4, a));
  circle.add_ref_delta(test::object_id("blob", a), test::insert_delta(4, b));
  EXPECT_EQ(refused(circle.finish()).code, ErrorCode::InvalidInput);
}

TEST_F(Receiving, RefusesADeltaThatReadsPastItsBaseOrLiesAboutIt) {
  PackBuilder past;
  auto base = past.add(PackType::Blob, "hello");
  past.add_offset_delta(base, test::copy_delta(5, 6, 1));
  EXPECT_EQ(refused(past.finish()).code, ErrorCode::InvalidInput);
  PackBuilder other_source;
  base = other_source.add(PackType::Blob, "hello");
  other_source.add_offset_delta(base, test::insert_delta(6, "x"));
  EXPECT_EQ(refused(other_source.finish()).code, ErrorCode::InvalidInput);
  PackBuilder short_target;
  base = short_target.add(PackType::Blob, "hello");
  short_target.add_offset_delta(base,
                                test::delta_size(5) + test::delta_size(9) + std::string("\1x"));
  EXPECT_EQ(refused(short_target.finish()).code, ErrorCode::InvalidInput);
  PackBuilder reserved;
  base = reserved.add(PackType::Blob, "hello");
  reserved.add_offset_delta(base, test::delta_size(5) + test::delta_size(1) + std::string(1, '\0'));
  EXPECT_EQ(refused(reserved.finish()).code, ErrorCode::InvalidInput);
}

TEST_F(Receiving, RefusesTheSameObjectTwice) {
  PackBuilder twice;
  twice.add(PackType::Blob, "hello");
  twice.add(PackType::Blob, "hello");
  EXPECT_EQ(refused(twice.finish()).code, ErrorCode::InvalidInput);
}

TEST_F(Receiving, RefusesPacksOfHugeDeltasBeforeTheyAreResolved) {
  PackLimits limits;
  limits.expanded_bytes = 1 << 20;
  PackBuilder bomb;
  auto base = bomb.add(PackType::Blob, std::string(100'000, 'x'));
  for (int i = 0; i < 20; ++i) {
    base = bomb.add_offset_delta(base, test::copy_delta(100'000, 100'000, 1));
  }
  EXPECT_THAT(refused(bomb.finish(), {}, limits).message, HasSubstr("when unpacked"));
}

TEST_F(Receiving, RefusesMissingObjectsOfEveryKind) {
  PackBuilder no_blob;
  no_blob.add(PackType::Commit, sample_.commit);
  no_blob.add(PackType::Tree, sample_.tree);
  EXPECT_EQ(refused(no_blob.finish(), {sample_.tip}).code, ErrorCode::NotFound);
  PackBuilder no_tree;
  no_tree.add(PackType::Commit, sample_.commit);
  EXPECT_EQ(refused(no_tree.finish(), {sample_.tip}).code, ErrorCode::NotFound);
  const auto child = test::commit_content(test::object_id("tree", sample_.tree), {sample_.tip});
  PackBuilder no_parent;
  no_parent.add(PackType::Commit, child);
  no_parent.add(PackType::Tree, sample_.tree);
  no_parent.add(PackType::Blob, sample_.blob);
  EXPECT_EQ(refused(no_parent.finish(), {test::object_id("commit", child)}).code,
            ErrorCode::NotFound);
  PackBuilder no_tip;
  no_tip.add(PackType::Blob, sample_.blob);
  EXPECT_EQ(refused(no_tip.finish(), {sample_.tip}).code, ErrorCode::NotFound);
}

TEST_F(Receiving, RefusesAHoleAlsoWhereNoTipReachesIt) {
  PackBuilder pack;
  pack.add(PackType::Blob, "other");
  pack.add(PackType::Commit, sample_.commit);
  EXPECT_EQ(refused(pack.finish(), {test::object_id("blob", "other")}).code, ErrorCode::NotFound);
}

TEST_F(Receiving, TakesANewCommitOnWhatIsHere) {
  ASSERT_TRUE(repository_.take(sample_.pack(), {sample_.tip}));
  const auto child = test::commit_content(test::object_id("tree", sample_.tree), {sample_.tip});
  PackBuilder pack;
  pack.add(PackType::Commit, child);
  EXPECT_TRUE(repository_.take(pack.finish(), {test::object_id("commit", child)}));
}

TEST_F(Receiving, SeesWhatAnotherPushBroughtMeanwhile) {
  ASSERT_TRUE(repository_->has_object(Oid()) == false);
  const auto child = test::commit_content(test::object_id("tree", sample_.tree), {sample_.tip});
  PackBuilder pack;
  pack.add(PackType::Commit, child);
  auto receiver = PackReceiver::begin(*repository_, {}).value();
  ASSERT_TRUE(BareRepository::receive(*receiver, pack.finish()));
  auto other = repository_.open();
  auto other_receiver = PackReceiver::begin(other, {}).value();
  ASSERT_TRUE(BareRepository::receive(*other_receiver, sample_.pack()));
  ASSERT_TRUE(other_receiver->check({}, [] { return Result<void>(); }));
  ASSERT_TRUE(other_receiver->keep());
  EXPECT_TRUE(receiver->check({test::object_id("commit", child)}, [] { return Result<void>(); }));
}

TEST_F(Receiving, RefusesLinksToAnotherKindOfObject) {
  PackBuilder tree_is_blob;
  const auto commit = test::commit_content(test::object_id("blob", sample_.blob));
  tree_is_blob.add(PackType::Blob, sample_.blob);
  tree_is_blob.add(PackType::Commit, commit);
  EXPECT_THAT(refused(tree_is_blob.finish()).message, HasSubstr("another kind"));
  const auto folder =
      TreeBuilder().add("40000", "a", test::object_id("blob", sample_.blob)).content();
  EXPECT_THAT(refused(pack_of_tree(folder)).message, HasSubstr("another kind"));
  ASSERT_TRUE(repository_.take(sample_.pack(), {sample_.tip}));
  PackBuilder only_commit;
  only_commit.add(PackType::Commit, commit);
  const auto taken = repository_.take(only_commit.finish(), {});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("another kind"));
}

TEST_F(Receiving, TakesSubmodulesWhoseCommitsAreElsewhere) {
  const auto tree = TreeBuilder().add("160000", "lib", sample_.tip).content();
  PackBuilder pack;
  pack.add(PackType::Tree, tree);
  pack.add(PackType::Commit, test::commit_content(test::object_id("tree", tree)));
  EXPECT_TRUE(repository_.take(pack.finish(), {}));
}

TEST_F(Receiving, RefusesTreesThatAreDangerousOnACheckout) {
  const Oid blob = test::object_id("blob", sample_.blob);
  for (const auto* name : {".git", ".GIT", "git~1", "..", ".", "a/b"}) {
    const auto error = refused(pack_of_tree(TreeBuilder().add("100644", name, blob).content()));
    EXPECT_EQ(error.code, ErrorCode::InvalidInput) << name;
    EXPECT_THAT(error.message, HasSubstr("bad object")) << name;
  }
}

TEST_F(Receiving, EndsACheckWhenItIsTold) {
  auto receiver = PackReceiver::begin(*repository_, {}).value();
  PackBuilder pack;
  for (int i = 0; i < 200; ++i) {
    pack.add(PackType::Blob, std::to_string(i));
  }
  ASSERT_TRUE(BareRepository::receive(*receiver, pack.finish()));
  int ticks = 0;
  const auto checked = receiver->check({}, [&]() -> Result<void> {
    return ++ticks == 2 ? Result<void>(Error{ErrorCode::Cancelled, "enough", "", ""})
                        : Result<void>();
  });
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "enough");
  receiver.reset();
  EXPECT_EQ(repository_.leftovers(), 0);
}

TEST_F(Receiving, RefusesToBeginWhenTheDiskIsNearlyFull) {
  PackLimits limits;
  limits.reserve_bytes = 1ULL << 60;
  const auto begun = PackReceiver::begin(*repository_, limits);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::NoSpace);
  EXPECT_THAT(begun.error().message, HasSubstr("nearly full"));
}

TEST_F(Receiving, MakesQuarantinesThatOthersCannotRead) {
  const auto receiver = PackReceiver::begin(*repository_, {}).value();
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(repository_.path() / "objects")) {
    if (entry.path().filename().string().starts_with("tmp_objdir-incoming-")) {
      ++found;
      EXPECT_EQ(entry.status().permissions(), std::filesystem::perms::owner_all);
    }
  }
  EXPECT_EQ(found, 1);
}

}  // namespace
}  // namespace minpaas::git
