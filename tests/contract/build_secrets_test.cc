// What a real engine does with the secrets of a build: a fake has no RUN steps to give them to.
#include <fmt/format.h>

#include "core/archive/tar_writer.h"
#include "tests/contract/engine_contract.h"

namespace minpaas::test {
namespace {

using testing::ElementsAre;

class Lines : public docker::BuildObserver {
 public:
  void step(std::string_view /*name*/, bool /*cached*/) override {}

  void output(std::string_view line) override { lines.emplace_back(line); }

  void step_done(std::string_view /*name*/, milliseconds /*took*/) override {}

  std::vector<std::string> lines;
};

class BuildSecretsContract : public EngineContract {
 protected:
  Result<ImageId> build(const std::string& run, docker::BuildSecrets secrets,
                        docker::Builder builder = docker::Builder::BuildKit) {
    const docker::TarSource context =
        [&](const std::function<Result<void>(std::span<const char>)>& put) -> Result<void> {
      archive::TarWriter tar(put, {});
      TRY(tar.add_file("Dockerfile", archive::FileMode::Plain,
                       fmt::format("FROM {}\n{}\n", kBase, run)));
      return tar.finish();
    };
    seen.lines.clear();
    return engine().build({.tag = "localhost/minpaas-test/" + bed->tag() + ":v1",
                           .labels = labels,
                           .builder = builder,
                           .use_cache = false,
                           .secrets = std::move(secrets)},
                          context, seen, {});
  }

  Lines seen;
};

TEST_P(BuildSecretsContract, AreReadByTheStepThatMountsThemAndNoOther) {
  const auto built = build(
      "RUN --mount=type=secret,id=TOKEN wc -c </run/secrets/TOKEN\n"
      "RUN --mount=type=secret,id=.env,target=/run/secrets/.env . /run/secrets/.env && echo $WORD\n"
      "RUN --mount=type=secret,id=OTHER ls /run/secrets/OTHER 2>/dev/null || echo no other\n"
      "RUN ls /run/secrets/TOKEN 2>/dev/null || echo no token",
      {{"TOKEN", Secret(std::string(400'000, 'x'))}, {".env", Secret("WORD='a b'\n")}});
  ASSERT_TRUE(built) << built.error().for_log();
  EXPECT_THAT(seen.lines, ElementsAre("400000", "a b", "no other", "no token"));
}

TEST_P(BuildSecretsContract, AreThereForAsLongAsTheBuildTakes) {
  // Longer than the engine waits between two looks at whether the session lives.
  const auto built = build("RUN sleep 7\nRUN --mount=type=secret,id=TOKEN cat /run/secrets/TOKEN",
                           {{"TOKEN", Secret("late")}});
  ASSERT_TRUE(built) << built.error().for_log();
  EXPECT_THAT(seen.lines, ElementsAre("late"));
}

TEST_P(BuildSecretsContract, AreRefusedByTheClassicBuilder) {
  const auto built = build("RUN true", {{"TOKEN", Secret("hunter2")}}, docker::Builder::Classic);
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, ErrorCode::InvalidInput);
}

INSTANTIATE_TEST_SUITE_P(Engines, BuildSecretsContract, testing::Values(BedKind::RealEngine),
                         kind_name);

}  // namespace
}  // namespace minpaas::test
