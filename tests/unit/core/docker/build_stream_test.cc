// Builds as Docker Engine 20.10.24 told them (tests/data/docker).

#include "core/docker/build_stream.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/app/secret_mask.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"
#include "tests/support/test_data.h"

namespace minpaas::docker {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Writes down what it is told; times only where the builder itself measures them.
class Transcript : public BuildObserver {
 public:
  void step(std::string_view name, bool cached) override {
    lines.push_back(fmt::format("> {}{}", name, cached ? " (cached)" : ""));
  }

  void output(std::string_view line) override { lines.push_back(fmt::format("| {}", line)); }

  void step_done(std::string_view name, milliseconds took) override {
    lines.push_back(fmt::format("< {} {}", name.substr(0, name.find(']') + 1), took.count()));
  }

  std::vector<std::string> lines;
};

struct Outcome {
  std::vector<std::string> lines;
  Result<ImageId> image;
};

/// Time moves by 10 ms with each look at it.
Outcome replay(std::string_view messages) {
  Transcript transcript;
  SteadyTime now{};
  BuildStream stream(transcript, [&] { return now += milliseconds(10); });
  for (const auto line : split(trim(messages), '\n')) {
    stream.take(line);
  }
  auto image = stream.finish();
  return {transcript.lines, image};
}

Outcome replay_file(const std::string& name) {
  return replay(test::test_data("docker/" + name));
}

std::string stream_message(std::string_view text) {
  return fmt::format(R"({{"stream":"{}"}})", text) + "\n";
}

constexpr std::string_view kRun =
    R"(RUN echo one; echo two >&2; printf part; sleep 0.3; printf 'ial\n')";

TEST(BuildStream, BuildKitBecomesSteps) {
  const auto outcome = replay_file("build_buildkit.jsonl");
  EXPECT_EQ(outcome.image->value,
            "sha256:e20401796f05c41462fa042ba90fd27c0b9f18605ea254654ab0427a0674dae4");
  EXPECT_THAT(outcome.lines,
              ElementsAre("> [1/4] FROM localhost/minpaas/static-base", "< [1/4] 3",
                          fmt::format("> [2/4] {}", kRun), "| two", "| one", "| partial",
                          "< [2/4] 526", "> [3/4] COPY data.txt /data.txt", "< [3/4] 10",
                          "> [4/4] RUN cat /data.txt && echo done", "| data 12855", "| done",
                          "< [4/4] 284"));
}

TEST(BuildStream, BuildKitTellsWhatIsCached) {
  const auto outcome = replay_file("build_buildkit_cached.jsonl");
  ASSERT_TRUE(outcome.image);
  EXPECT_THAT(outcome.lines, ElementsAre("> [1/4] FROM localhost/minpaas/static-base", "< [1/4] 0",
                                         fmt::format("> [2/4] {} (cached)", kRun),
                                         "> [3/4] COPY data.txt /data.txt (cached)",
                                         "> [4/4] RUN cat /data.txt && echo done (cached)"));
}

TEST(BuildStream, BuildKitFailureNamesTheStepAndItsStatus) {
  const auto outcome = replay_file("build_buildkit_failed.jsonl");
  EXPECT_EQ(outcome.image.error().code, ErrorCode::Failed);
  EXPECT_EQ(outcome.image.error().message,
            "build step [4/4] RUN cat /data.txt && exit 3 exited with status 3");
  EXPECT_EQ(outcome.lines.back(), "| data 12855") << "a step that failed is not done";
}

TEST(BuildStream, StagesThatRunTogetherKeepTheirLinesApart) {
  const auto outcome = replay_file("build_buildkit_stages.jsonl");
  ASSERT_TRUE(outcome.image);
  EXPECT_THAT(outcome.lines, testing::IsSupersetOf(
                                 {"| [two 2/2] two 1", "| one 1", "| [two 2/2] two 4", "| one 4"}));
  EXPECT_THAT(outcome.lines, testing::Contains(StartsWith("< [two 2/2] 16")));
  EXPECT_THAT(outcome.lines, testing::Contains(StartsWith("< [one 2/2] 16")));
}

TEST(BuildStream, ClassicBecomesTheSameSteps) {
  const auto outcome = replay_file("build_classic.jsonl");
  EXPECT_EQ(outcome.image->value,
            "sha256:d299f456c9806cc800df5a6efd50dbbf93bf5752863fc0747ac3b4ae5523aa38");
  // The LABEL step that nobody wrote is hidden.
  EXPECT_THAT(
      outcome.lines,
      ElementsAre("> [1/7] FROM localhost/minpaas/static-base", "< [1/7] 10", "> [2/7] ENV A=b",
                  "< [2/7] 10", fmt::format("> [3/7] {}", kRun), "| one", "| two", "| partial",
                  "< [3/7] 10", "> [4/7] COPY data.txt /data.txt", "< [4/7] 10",
                  "> [5/7] RUN cat /data.txt && echo done", "| data 12855", "| done", "< [5/7] 10",
                  R"(> [6/7] CMD ["/bin/sh", "-c", "echo hi; sleep 100"])", "< [6/7] 10"));
}

TEST(BuildStream, ClassicTellsWhatIsCached) {
  const auto outcome = replay_file("build_classic_cached.jsonl");
  ASSERT_TRUE(outcome.image);
  EXPECT_THAT(outcome.lines, testing::Contains("> [4/7] COPY data.txt /data.txt (cached)"));
  EXPECT_THAT(outcome.lines, testing::Not(testing::Contains(StartsWith("< [4/7]"))));
}

TEST(BuildStream, ClassicFailureNamesTheStepAndItsStatus) {
  const auto outcome = replay_file("build_classic_failed.jsonl");
  EXPECT_EQ(outcome.image.error().code, ErrorCode::Failed);
  EXPECT_EQ(outcome.image.error().message,
            "build step [5/7] RUN cat /data.txt && exit 3 exited with status 3");
}

TEST(BuildStream, LaterEnginesWordsAreUnderstood) {
  const auto outcome = replay(
      stream_message("Step 1/1 : RUN make\\n") +
      R"({"errorDetail":{"message":"process \"/bin/sh -c make\" did not complete successfully: exit code: 2"}})");
  EXPECT_EQ(outcome.image.error().message, "build step [1/1] RUN make exited with status 2");
}

TEST(BuildStream, BrokenDockerfileIsToldWithoutBuildKitsPreamble) {
  const auto outcome = replay(
      R"({"errorDetail":{"message":"failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: RNU"}})");
  EXPECT_EQ(outcome.image.error().message,
            "build failed: dockerfile parse error line 2: unknown instruction: RNU");
}

TEST(BuildStream, FullDiskIsNoFailureOfTheApp) {
  const auto outcome = replay(stream_message("Step 1/1 : RUN make\\n") +
                              R"({"errorDetail":{"message":"write /x: no space left on device"}})");
  EXPECT_EQ(outcome.image.error().code, ErrorCode::NoSpace);
}

TEST(BuildStream, StreamThatBreaksOffIsUnavailable) {
  const auto outcome = replay(stream_message("Step 1/2 : FROM base\\n"));
  EXPECT_EQ(outcome.image.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(outcome.lines, ElementsAre("> [1/2] FROM base"));
}

TEST(BuildStream, GarbageIsCorrupt) {
  EXPECT_EQ(replay("<html>").image.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(replay(R"({"id":"moby.buildkit.trace","aux":"!!!"})").image.error().code,
            ErrorCode::Corrupt);
  EXPECT_EQ(replay(R"({"id":"moby.buildkit.trace","aux":"//8="})").image.error().code,
            ErrorCode::Corrupt);
}

TEST(BuildStream, TextOfOtherBuildersPasses) {
  // Podman's builder writes STEP and no arrows.
  const auto outcome = replay(stream_message("STEP 1/2: FROM base\\n") +
                              stream_message("hello\\n") + R"({"aux":{"ID":"sha256:ab"}})");
  EXPECT_EQ(outcome.image->value, "sha256:ab");
  EXPECT_THAT(outcome.lines, ElementsAre("| STEP 1/2: FROM base", "| hello"));
}

TEST(TraceProgress, OnlyInstructionsAreSteps) {
  EXPECT_TRUE(is_dockerfile_step("[2/5] COPY . ."));
  EXPECT_TRUE(is_dockerfile_step("[build-stage 12/13] RUN x"));
  EXPECT_FALSE(is_dockerfile_step("[internal] load build context"));
  EXPECT_FALSE(is_dockerfile_step("exporting to image"));
  EXPECT_FALSE(is_dockerfile_step("copy /context /"));
  EXPECT_FALSE(is_dockerfile_step("[/] x"));
  EXPECT_FALSE(is_dockerfile_step("[2/5"));
  EXPECT_FALSE(is_dockerfile_step(""));
}

TEST(BuildStream, MissingBaseImageIsNamed) {
  const auto outcome = replay_file("build_buildkit_no_base.jsonl");
  EXPECT_EQ(outcome.image.error().code, ErrorCode::Failed);
  EXPECT_THAT(
      outcome.image.error().message,
      StartsWith("cannot get the base image localhost/minpaas/nope:1: failed to do request"));
  EXPECT_FALSE(outcome.image.error().hint.empty());
}

TEST(TraceProgress, StepStoppedByAnothersFailureIsNotTheCause) {
  Transcript transcript;
  TraceProgress progress(transcript);
  TraceStatus status;
  status.vertices.push_back({.digest = "a", .name = "[a 1/2] RUN x", .error = "context canceled"});
  status.vertices.push_back({.digest = "b", .name = "[b 1/2] RUN y", .error = "exit code: 1"});
  progress.take(status);
  EXPECT_EQ(progress.failure()->step, "[b 1/2] RUN y");
}

TEST(OutputLines, RedrawnLineKeepsItsLastState) {
  std::vector<std::string> lines;
  OutputLines output;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  output.feed("10%\r50", keep);
  output.feed("%\r100%\r\nnext\r\n", keep);
  output.feed("last", keep);
  output.finish(keep);
  output.finish(keep);
  EXPECT_THAT(lines, ElementsAre("100%", "next", "last"));
}

TEST(OutputLines, EndlessLineComesInPieces) {
  std::size_t longest = 0;
  std::size_t total = 0;
  OutputLines output;
  const auto measure = [&](std::string_view line) {
    longest = std::max(longest, line.size());
    total += line.size();
  };
  output.feed(std::string(1'000'000, 'x'), measure);
  output.finish(measure);
  EXPECT_EQ(longest, 65'536U + 2 * kTextGoesOn.size());
  EXPECT_EQ(total, 1'000'000U + 15 * 2 * kTextGoesOn.size());
}

TEST(OutputLines, CutOfALongLineIsToldOnBothSides) {
  const std::string cut(kTextGoesOn);
  const std::string full(65'536, 'x');
  std::vector<std::string> lines;
  OutputLines output;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  output.feed(full + "ab\n" + full, keep);
  output.feed("\nnext\n", keep);
  EXPECT_THAT(lines, ElementsAre(full + cut, cut + "ab", full, "next"));
  lines.clear();
  output.feed(full + "50%\r60%\nnext\n", keep);
  EXPECT_THAT(lines, ElementsAre(full + cut, "60%", "next"));
}

TEST(OutputLines, ValueAcrossACutIsMasked) {
  SecretMask mask;
  mask.hide({{*ConfigKey::parse("TOKEN"), Secret("s3cret-value")}});
  std::string seen;
  OutputLines output;
  const auto show = [&](std::string_view line) { seen += mask.apply(line) + "\n"; };
  output.feed(std::string(65'530, '.') + "s3cret-value.\n", show);
  EXPECT_THAT(seen, EndsWith("...[TOKEN]\u22ef\n\u22ef[TOKEN].\n"));
}

TEST(Base64, IsDecodedWithAndWithoutPadding) {
  EXPECT_EQ(*decode_base64("TWlu"), "Min");
  EXPECT_EQ(*decode_base64("TWk="), "Mi");
  EXPECT_EQ(*decode_base64("TQ"), "M");
  EXPECT_EQ(*decode_base64(""), "");
  EXPECT_FALSE(decode_base64("T\nQ"));
}

}  // namespace
}  // namespace minpaas::docker
