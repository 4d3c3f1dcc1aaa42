// What an engine promises of builds and of the images that they leave.
#include <fmt/format.h>

#include "core/archive/tar_writer.h"
#include "tests/contract/engine_contract.h"

namespace minpaas::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Steps : public docker::BuildObserver {
 public:
  void step(std::string_view name, bool cached) override {
    steps.emplace_back(name);
    if (!cached) {
      fresh.emplace_back(name);
    }
  }

  void output(std::string_view line) override {
    lines.emplace_back(line);
    if (when_output) {
      when_output();
    }
  }

  void step_done(std::string_view name, milliseconds took) override {
    done.emplace_back(name);
    EXPECT_GE(took.count(), 0);
  }

  std::vector<std::string> steps;
  /// Those that were not cached.
  std::vector<std::string> fresh;
  std::vector<std::string> done;
  std::vector<std::string> lines;
  std::function<void()> when_output;
};

docker::TarSource context_of(std::string dockerfile, std::string data = "data") {
  return [=](const std::function<Result<void>(std::span<const char>)>& put) -> Result<void> {
    archive::TarWriter tar(put, {});
    TRY(tar.add_file("Dockerfile", archive::FileMode::Plain, dockerfile));
    TRY(tar.add_file("data", archive::FileMode::Plain, data));
    return tar.finish();
  };
}

class BuildContract : public EngineContract {
 protected:
  std::string base() const { return fmt::format("FROM {}\n", kBase); }

  docker::BuildRequest request() {
    return {.tag = "localhost/minpaas-test/" + bed->tag() + ":v1", .labels = labels};
  }

  Steps seen;
};

TEST_P(BuildContract, BuildsWithStepsLabelsAndTag) {
  for (const auto builder : {docker::Builder::BuildKit, docker::Builder::Classic}) {
    seen = {};
    bed->expect_build({.steps = {{.name = fmt::format("[1/3] FROM {}", kBase)},
                                 {.name = "[2/3] RUN echo made"},
                                 {.name = "[3/3] COPY data /data"}}});
    auto wanted = request();
    wanted.builder = builder;
    wanted.use_cache = false;
    wanted.labels["minpaas.release"] = "v1";
    const auto built =
        engine().build(wanted, context_of(base() + "RUN echo made\nCOPY data /data\n"), seen, {});
    ASSERT_TRUE(built) << built.error().for_log();
    EXPECT_THAT(built->value, testing::StartsWith("sha256:"));
    ASSERT_GE(seen.steps.size(), 3U);
    EXPECT_THAT(seen.steps[0], HasSubstr("FROM localhost/minpaas/static-base"));
    EXPECT_THAT(seen.steps[1], HasSubstr("] RUN echo made"));
    EXPECT_THAT(seen.steps[2], HasSubstr("] COPY data /data"));
    EXPECT_EQ(seen.done, seen.fresh);
    EXPECT_GE(seen.fresh.size(), 2U) << "the base may be cached, nothing else";
    const auto image = *engine().inspect_image(wanted.tag);
    EXPECT_EQ(image.id, *built);
    EXPECT_EQ(image.labels.at("minpaas.release"), "v1");
    EXPECT_THAT(image.tags, testing::Contains(wanted.tag));
  }
}

TEST_P(BuildContract, BuildPassesOutputLineByLine) {
  bed->expect_build({.steps = {{.name = fmt::format("[1/2] FROM {}", kBase)},
                               {.name = "[2/2] RUN x",
                                .output = {"one", "two and a half", "\xc3\xbcml\xc3\xa4ut"}}}});
  auto wanted = request();
  wanted.use_cache = false;
  const auto built = engine().build(
      wanted,
      context_of(base() + "RUN echo one; printf 'two and '; sleep 0.1; echo a half; echo "
                          "\xc3\xbcml\xc3\xa4ut\n"),
      seen, {});
  ASSERT_TRUE(built) << built.error().for_log();
  EXPECT_THAT(seen.lines, ElementsAre("one", "two and a half", "\xc3\xbcml\xc3\xa4ut"));
}

TEST_P(BuildContract, FailedStepIsNamedAndLeavesNoImage) {
  for (const auto builder : {docker::Builder::BuildKit, docker::Builder::Classic}) {
    const std::string failure = "build step [2/2] RUN exit 7 exited with status 7";
    bed->expect_build(
        {.steps = {{.name = fmt::format("[1/2] FROM {}", kBase)}, {.name = "[2/2] RUN exit 7"}},
         .error = Error{ErrorCode::Failed, failure, "", ""}});
    auto wanted = request();
    wanted.builder = builder;
    const auto built = engine().build(wanted, context_of(base() + "RUN exit 7\n"), seen, {});
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().code, ErrorCode::Failed);
    EXPECT_THAT(built.error().message, HasSubstr("RUN exit 7"));
    EXPECT_THAT(built.error().message, HasSubstr("status 7"));
    EXPECT_EQ(engine().inspect_image(wanted.tag).error().code, ErrorCode::NotFound);
  }
}

TEST_P(BuildContract, RunningBuildIsCancelled) {
  // On a fake, the pipe of the observer cancels it before the last step.
  bed->expect_build({.steps = {{.name = fmt::format("[1/2] FROM {}", kBase)},
                               {.name = "[2/2] RUN x", .output = {"begun"}}},
                     .error = Error{ErrorCode::Cancelled, "cancelled", "", ""}});
  std::stop_source stop;
  seen.when_output = [&] { stop.request_stop(); };
  auto wanted = request();
  wanted.use_cache = false;
  const auto began = std::chrono::steady_clock::now();
  const auto built = engine().build(wanted, context_of(base() + "RUN echo begun; sleep 100\n"),
                                    seen, stop.get_token());
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, ErrorCode::Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(60));
}

TEST_P(BuildContract, FailureOfTheContextIsTheFailureOfTheBuild) {
  const auto broken =
      [](const std::function<Result<void>(std::span<const char>)>& put) -> Result<void> {
    TRY(put(std::string(100'000, 'x')));
    return Error{ErrorCode::Corrupt, "the repository is broken", "", ""};
  };
  const auto built = engine().build(request(), broken, seen, {});
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().message, "the repository is broken");
}

TEST_P(BuildContract, LargeContextIsStreamed) {
  std::string large;
  large.resize(20'000'000, 'd');
  bed->expect_build({.steps = {{.name = fmt::format("[1/2] FROM {}", kBase)},
                               {.name = "[2/2] COPY data /data"}}});
  const auto built =
      engine().build(request(), context_of(base() + "COPY data /data\n", large), seen, {});
  ASSERT_TRUE(built) << built.error().for_log();
}

TEST_P(BuildContract, ImageInUseIsNotRemoved) {
  bed->expect_build({});
  const auto built = engine().build(request(), context_of(base() + "COPY data /data\n"), seen, {});
  ASSERT_TRUE(built) << built.error().for_log();
  auto spec = spec_of("user", kSleeps);
  spec.image = *built;
  const auto user = engine().create_container(spec);
  ASSERT_TRUE(user);
  EXPECT_EQ(engine().remove_image(*built).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(engine().remove_container(*user));
  EXPECT_TRUE(engine().remove_image(*built));
  EXPECT_EQ(engine().inspect_image(built->value).error().code, ErrorCode::NotFound);
}

TEST_P(BuildContract, ListsImagesByLabel) {
  bed->expect_build({});
  auto wanted = request();
  const auto built = engine().build(wanted, context_of(base() + "COPY data /d\n"), seen, {});
  ASSERT_TRUE(built) << built.error().for_log();
  const auto images = *engine().list_images(labels);
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0].id, *built);
  EXPECT_THAT(images[0].tags, ElementsAre(wanted.tag));
}

TEST_P(BuildContract, PruningDownToALotTakesNothing) {
  const auto freed = engine().prune_build_cache(1LL << 50);
  ASSERT_TRUE(freed) << freed.error().for_log();
  EXPECT_EQ(*freed, 0);
}

MINPAAS_ON_EVERY_ENGINE(BuildContract);

}  // namespace
}  // namespace minpaas::test
