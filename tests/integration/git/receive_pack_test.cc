#include "sshd/git/receive_pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sshd/git/push_slots.h"
#include "tests/support/bare_repository.h"
#include "tests/support/memory_streams.h"
#include "tests/support/pack_builder.h"
#include "tests/support/push_script.h"
#include "tests/support/scripted_target.h"

namespace minpaas::sshd::git {
namespace {

using test::PackBuilder;
using test::PackType;
using test::PushAnswer;
using test::PushScript;
using test::SampleCommit;
using test::ScriptedTarget;
using test::TreeBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Conversations : public testing::Test {
 protected:
  /// The peer keeps the channel open after its last byte, as libgit2 and dulwich do: a read beyond
  /// it would time out.
  PushAnswer talk(const PushScript& script, PushTarget& target) {
    test::MemoryReader in(script.bytes(), 1000);
    in.end_with(Error{ErrorCode::Timeout, "the peer sent nothing for too long", "", ""});
    return talk(in, target);
  }

  PushAnswer talk(test::MemoryReader& in, PushTarget& target) {
    test::MemoryWriter out;
    test::MemoryWriter err;
    ExecStreams streams{in, out, err, gone_.get_token()};
    status_ = serve_receive_pack(*repository_, target, options_, streams);
    out_ = out.text;
    err_ = err.text;
    return test::read_answer(out.text);
  }

  PushAnswer push(const PushScript& script) {
    BareTarget target(*repository_);
    return talk(script, target);
  }

  [[nodiscard]] Oid resolve(std::string_view ref) const {
    return repository_.open().resolve(minpaas::git::RefName::parse(ref).value()).value();
  }

  PushScript first_push(std::string capabilities = " report-status side-band-64k") {
    PushScript script(std::move(capabilities));
    script.command("refs/heads/main", Oid(), sample_.tip).flush().raw(sample_.pack());
    return script;
  }

  test::BareRepository repository_;
  SampleCommit sample_;
  ReceivePackOptions options_;
  std::stop_source gone_;
  int status_ = -1;
  std::string out_;
  std::string err_;
};

TEST_F(Conversations, TakeAPushWithoutWaitingForTheEndOfTheStream) {
  const auto answer = push(first_push());
  EXPECT_EQ(status_, 0);
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ok refs/heads/main"));
  EXPECT_TRUE(answer.finished);
  EXPECT_EQ(resolve("refs/heads/main"), sample_.tip);
}

TEST_F(Conversations, AdvertiseWhatIsThereInTheVersionAskedFor) {
  options_.protocol = "version=1";
  EXPECT_THAT(push(PushScript().flush()).advertisement, HasSubstr("version 1\n"));
  options_.protocol = "version=2";
  push(first_push());
  const auto answer = push(PushScript().flush());
  EXPECT_EQ(answer.advertisement.substr(0, 56), sample_.tip.hex() + " refs/heads/main");
  EXPECT_EQ(status_, 0);
}

TEST_F(Conversations, EndQuietlyWhenNothingIsPushed) {
  const auto dry = push(PushScript().flush());
  EXPECT_EQ(status_, 0);
  EXPECT_THAT(dry.report, IsEmpty());
  test::MemoryReader leaves("");
  BareTarget target(*repository_);
  talk(leaves, target);
  EXPECT_EQ(status_, 0);
}

TEST_F(Conversations, TakeDeletesWithoutAPack) {
  push(first_push());
  push(
      PushScript().command("refs/heads/x", Oid(), sample_.tip).flush().raw(PackBuilder().finish()));
  EXPECT_EQ(resolve("refs/heads/x"), sample_.tip);
  const auto answer = push(PushScript().command("refs/heads/x", sample_.tip, Oid()).flush());
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ok refs/heads/x"));
  EXPECT_TRUE(resolve("refs/heads/x").is_zero());
}

TEST_F(Conversations, TakeTheDeleteOfWhatIsNotThereWithAWarning) {
  const auto answer = push(PushScript().command("refs/heads/x", sample_.tip, Oid()).flush());
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ok refs/heads/x"));
  EXPECT_THAT(answer.progress, HasSubstr("does not exist"));
}

TEST_F(Conversations, RefuseToDeleteTheCurrentBranch) {
  push(first_push());
  const auto answer = push(PushScript().command("refs/heads/main", sample_.tip, Oid()).flush());
  EXPECT_THAT(
      answer.report,
      ElementsAre("unpack ok", "ng refs/heads/main deletion of the current branch prohibited"));
}

TEST_F(Conversations, GiveEachRefItsOwnAnswer) {
  PushScript script;
  script.command("refs/heads/main", Oid(), sample_.tip)
      .command("refs/heads/a..b", Oid(), sample_.tip)
      .command("refs/minpaas/x", Oid(), sample_.tip)
      .command("refs/heads/moved", sample_.blob_id, sample_.tip)
      .flush()
      .raw(sample_.pack());
  const auto answer = push(script);
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok", "ok refs/heads/main", "ng refs/heads/a..b funny refname",
                          "ng refs/minpaas/x deny updating a hidden ref",
                          HasSubstr("ng refs/heads/moved moved has moved meanwhile")));
}

TEST_F(Conversations, TakeAllOrNoneOfAnAtomicPush) {
  PushScript script(" report-status side-band-64k atomic");
  script.command("refs/heads/main", Oid(), sample_.tip)
      .command("refs/heads/a..b", Oid(), sample_.tip)
      .flush()
      .raw(sample_.pack());
  const auto answer = push(script);
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ng refs/heads/main atomic push failure",
                                         "ng refs/heads/a..b funny refname"));
  EXPECT_TRUE(resolve("refs/heads/main").is_zero());
}

TEST_F(Conversations, RefuseAnAtomicPushWhoseSecondRefHasMoved) {
  PushScript script(" report-status side-band-64k atomic");
  script.command("refs/heads/main", Oid(), sample_.tip)
      .command("refs/heads/other", sample_.tip, sample_.tip)
      .flush()
      .raw(sample_.pack());
  const auto answer = push(script);
  EXPECT_THAT(answer.report.at(1), HasSubstr("ng refs/heads/main"));
  EXPECT_THAT(answer.report.at(2), HasSubstr("ng refs/heads/other"));
  EXPECT_TRUE(resolve("refs/heads/main").is_zero());
}

TEST_F(Conversations, TellAShallowClientWhatToDo) {
  const auto missing_parent =
      test::commit_content(test::object_id("tree", sample_.tree), {test::object_id("x", "y")});
  const Oid lonely = test::object_id("commit", missing_parent);
  PackBuilder shallow;
  shallow.add(PackType::Commit, missing_parent);
  shallow.add(PackType::Tree, sample_.tree);
  shallow.add(PackType::Blob, sample_.blob);
  const auto answer = push(PushScript()
                               .shallow(lonely)
                               .command("refs/heads/main", Oid(), lonely)
                               .flush()
                               .raw(shallow.finish()));
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok",
                          "ng refs/heads/main shallow update not allowed (run: git fetch "
                          "--unshallow)"));
  const auto whole =
      push(PushScript().command("refs/heads/main", Oid(), lonely).flush().raw(shallow.finish()));
  EXPECT_THAT(whole.report,
              ElementsAre("unpack ok", "ng refs/heads/main missing necessary objects"));
  EXPECT_EQ(repository_.packs(), 0);
}

TEST_F(Conversations, TakeAShallowClientWhoseHistoryIsHere) {
  push(first_push());
  const auto child = test::commit_content(test::object_id("tree", sample_.tree), {sample_.tip});
  const Oid tip = test::object_id("commit", child);
  PackBuilder pack;
  pack.add(PackType::Commit, child);
  const auto answer = push(PushScript()
                               .shallow(sample_.tip)
                               .command("refs/heads/main", sample_.tip, tip)
                               .flush()
                               .raw(pack.finish()));
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ok refs/heads/main"));
}

TEST_F(Conversations, RefuseABranchThatIsNoCommit) {
  PushScript script;
  script.command("refs/heads/main", Oid(), sample_.blob_id)
      .command("refs/tags/blob", Oid(), sample_.blob_id)
      .flush()
      .raw(sample_.pack());
  const auto answer = push(script);
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok", "ng refs/heads/main a branch must point to a commit",
                          "ok refs/tags/blob"));
}

TEST_F(Conversations, ReportABadPackAndKeepNothing) {
  auto pack = sample_.pack();
  pack.back() = static_cast<char>(pack.back() ^ 1);
  const auto answer =
      push(PushScript().command("refs/heads/main", Oid(), sample_.tip).flush().raw(pack));
  EXPECT_THAT(answer.report,
              ElementsAre(HasSubstr("unpack bad pack"), "ng refs/heads/main unpacker error"));
  EXPECT_EQ(repository_.packs() + repository_.leftovers(), 0);
}

TEST_F(Conversations, SayWhatToDoAboutAFileThatIsTooLarge) {
  options_.limits.object_bytes = 1000;
  PackBuilder pack;
  pack.add(PackType::Blob, std::string(300'000, 'x'));
  const auto answer =
      push(PushScript().command("refs/heads/main", Oid(), sample_.tip).flush().raw(pack.finish()));
  EXPECT_EQ(answer.report.at(0), "unpack a file has 300 kB, at most 1 kB are taken");
  EXPECT_THAT(answer.progress, HasSubstr(" !     a file has 300 kB"));
  EXPECT_THAT(answer.progress, HasSubstr("keep large files out of git"));
}

TEST_F(Conversations, RefuseWhenTheDiskIsNearlyFull) {
  options_.limits.reserve_bytes = 1ULL << 60;
  const auto answer = push(first_push());
  EXPECT_THAT(answer.report.at(0), HasSubstr("unpack the server's disk is nearly full"));
  EXPECT_THAT(answer.report.at(1), HasSubstr("unpacker error"));
  EXPECT_TRUE(answer.finished);
}

TEST_F(Conversations, ReadARefusedPackToItsEndAndStoreNothing) {
  ScriptedTarget target;
  target.answers = {"only main deploys"};
  target.lines = {" !     main is the branch that deploys"};
  const auto answer = talk(first_push(), target);
  EXPECT_EQ(status_, 0);
  EXPECT_THAT(answer.report, ElementsAre("unpack ok", "ng refs/heads/main only main deploys"));
  EXPECT_THAT(answer.progress, HasSubstr("main is the branch"));
  EXPECT_THAT(target.applied.commands, IsEmpty());
  EXPECT_EQ(repository_.packs(), 0);
}

TEST_F(Conversations, ApplyOnlyWhatWasAdmitted) {
  ScriptedTarget target;
  target.answers = {std::nullopt, "no"};
  target.result = "build failed";
  PushScript script;
  script.command("refs/heads/main", Oid(), sample_.tip)
      .command("refs/heads/x", Oid(), sample_.tip)
      .flush()
      .raw(sample_.pack());
  const auto answer = talk(script, target);
  ASSERT_EQ(target.applied.commands.size(), 1U);
  EXPECT_EQ(target.applied.commands[0].ref, "refs/heads/main");
  EXPECT_THAT(answer.report,
              ElementsAre("unpack ok", "ng refs/heads/main build failed", "ng refs/heads/x no"));
  // What the build needs is here, though no ref was moved.
  EXPECT_TRUE(repository_->is_commit(sample_.tip));
}

TEST_F(Conversations, HandOptionsToTheTarget) {
  ScriptedTarget target;
  PushScript script(" report-status side-band-64k push-options");
  script.command("refs/heads/main", Oid(), sample_.tip)
      .flush()
      .option("plan")
      .option("note=x")
      .flush();
  script.raw(sample_.pack());
  const auto answer = talk(script, target);
  EXPECT_THAT(target.admitted.options, ElementsAre("plan", "note=x"));
  EXPECT_THAT(target.applied.options, ElementsAre("plan", "note=x"));
  EXPECT_EQ(answer.report.at(1), "ok refs/heads/main");
}

TEST_F(Conversations, RefuseOptionsByNameWhereNoneAreKnown) {
  PushScript script(" report-status side-band-64k push-options");
  script.command("refs/heads/main", Oid(), sample_.tip).flush().option("fast").flush();
  script.raw(sample_.pack());
  EXPECT_EQ(push(script).report.at(1), "ng refs/heads/main unknown push option 'fast'");
}

TEST_F(Conversations, SpeakToClientsWithoutBands) {
  BareTarget target(*repository_);
  test::MemoryReader in(first_push(" report-status").bytes());
  test::MemoryWriter out;
  test::MemoryWriter err;
  ExecStreams streams{in, out, err, {}};
  EXPECT_EQ(serve_receive_pack(*repository_, target, options_, streams), 0);
  EXPECT_TRUE(out.text.ends_with("000eunpack ok\n0017ok refs/heads/main\n0000")) << out.text;
}

TEST_F(Conversations, FailByStatusWhereNoReportWasAskedFor) {
  const auto taken = push(first_push(" side-band-64k"));
  EXPECT_EQ(status_, 0);
  EXPECT_THAT(taken.report, IsEmpty());
  push(PushScript(" side-band-64k").command("refs/heads/main", sample_.tip, Oid()).flush());
  EXPECT_EQ(status_, 1);
}

TEST_F(Conversations, BreakOffOnAProtocolErrorWithAWord) {
  PushScript script;
  script.command("refs/heads/main", Oid(), sample_.tip);
  const auto answer = push(script.command("refs/heads/main", Oid(), sample_.tip).flush());
  EXPECT_EQ(status_, 128);
  EXPECT_THAT(answer.fault, HasSubstr("fatal: protocol error"));
  EXPECT_THAT(answer.report, IsEmpty());
}

TEST_F(Conversations, DropEverythingWhenThePeerGoesAway) {
  const auto whole = first_push().bytes();
  for (const std::size_t size : {whole.size() - 1, whole.size() - 100, whole.size() - 160}) {
    for (const bool broken : {false, true}) {
      test::MemoryReader in(whole.substr(0, size), 50);
      if (broken) {
        in.end_with(Error{ErrorCode::Disconnected, "the peer is gone", "", ""});
      }
      BareTarget target(*repository_);
      talk(in, target);
      EXPECT_EQ(status_, 128);
      EXPECT_TRUE(resolve("refs/heads/main").is_zero());
      EXPECT_EQ(repository_.packs() + repository_.leftovers(), 0);
    }
  }
}

TEST_F(Conversations, EndASilentPushWithAWord) {
  test::MemoryReader in(first_push().bytes().substr(0, 200));
  in.end_with(Error{ErrorCode::Timeout, "the peer sent nothing for too long", "", ""});
  BareTarget target(*repository_);
  const auto answer = talk(in, target);
  EXPECT_THAT(answer.report.at(0), HasSubstr("unpack the peer sent nothing for too long"));
}

TEST_F(Conversations, IgnoreWhatFollowsThePack) {
  auto script = first_push();
  script.raw("0000 and more");
  EXPECT_EQ(push(script).report.at(1), "ok refs/heads/main");
}

TEST_F(Conversations, GoOnWithoutAViewer) {
  ScriptedTarget target;
  test::MemoryReader in(first_push().bytes());
  test::MemoryWriter out;
  out.after_write = [&] { out.broken = out.text.find("deploying") != std::string::npos; };
  test::MemoryWriter err;
  ExecStreams streams{in, out, err, {}};
  EXPECT_EQ(serve_receive_pack(*repository_, target, options_, streams), 1);
  EXPECT_EQ(target.applied.commands.size(), 1U);
  EXPECT_TRUE(repository_->is_commit(sample_.tip));
}

TEST_F(Conversations, WaitForAPlaceAndGiveItBack) {
  PushSlots slots(1, 1);
  options_.slots = &slots;
  EXPECT_EQ(push(first_push()).report.at(1), "ok refs/heads/main");
  EXPECT_TRUE(slots.acquire(repository_.path(), SteadyTime{}, {}));
}

TEST_F(Conversations, PointHeadToTheFirstBranch) {
  push(PushScript().command("refs/heads/trunk", Oid(), sample_.tip).flush().raw(sample_.pack()));
  EXPECT_EQ(repository_.open().head_branch().value(), "refs/heads/trunk");
}

TEST(RefuseService, SaysErrInPlaceOfTheRefs) {
  test::MemoryReader in("");
  test::MemoryWriter out;
  test::MemoryWriter err;
  ExecStreams streams{in, out, err, {}};
  EXPECT_EQ(refuse_service("no such app", streams), 1);
  EXPECT_EQ(out.text, "0014ERR no such app\n");
}

}  // namespace
}  // namespace minpaas::sshd::git
