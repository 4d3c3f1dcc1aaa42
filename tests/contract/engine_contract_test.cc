// What every docker::Engine promises (core/docker/engine.h), held by the fake that other tests use,
// by DockerEngine over a socket, and by DockerEngine on a real Docker Engine.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "core/archive/tar_writer.h"
#include "tests/contract/engine_bed.h"

namespace minpaas::test {
namespace {

using docker::ContainerDetails;
using docker::ContainerId;
using docker::ContainerSpec;
using docker::RestartPolicy;
using docker::RunState;
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

class EngineContract : public testing::TestWithParam<BedKind> {
 protected:
  void SetUp() override {
    bed = make_bed(GetParam());
    if (!bed && std::getenv("CI") != nullptr) {
      FAIL() << "no Docker Engine with " << kBase << " answers";
    }
    if (!bed) {
      GTEST_SKIP() << "no Docker Engine with " << kBase << " answers";
    }
    labels = {{kLabelTest, bed->tag()}};
  }

  docker::Engine& engine() { return bed->engine(); }

  ContainerSpec spec_of(std::string_view name, std::string_view command) {
    ContainerSpec spec;
    spec.name = fmt::format("minpaas-{}-{}", bed->tag(), name);
    spec.image = engine().inspect_image(kBase)->id;
    spec.command = command;
    spec.labels = labels;
    return spec;
  }

  ContainerId create(std::string_view name, std::string_view command) {
    auto made = engine().create_container(spec_of(name, command));
    EXPECT_TRUE(made) << made.error().for_log();
    return made ? *made : ContainerId{};
  }

  ContainerId run(std::string_view name, std::string_view command) {
    const auto id = create(name, command);
    const auto started = engine().start_container(id);
    EXPECT_TRUE(started) << started.error().for_log();
    return id;
  }

  /// Inspects until the state is reached, half a minute at most.
  ContainerDetails wait_for(const ContainerId& id, RunState state) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    for (;;) {
      auto details = engine().inspect_container(id);
      EXPECT_TRUE(details);
      if (!details || details->state == state || std::chrono::steady_clock::now() > deadline) {
        return details ? *details : ContainerDetails{};
      }
      std::this_thread::sleep_for(milliseconds(20));
    }
  }

  std::vector<docker::LogLine> logs_of(const ContainerId& id, const docker::LogOptions& options) {
    std::vector<docker::LogLine> lines;
    const auto read = engine().logs(id, options,
                                    [&](const docker::LogLine& line) {
                                      lines.push_back(line);
                                      return true;
                                    },
                                    {});
    EXPECT_TRUE(read) << read.error().for_log();
    return lines;
  }

  docker::BuildRequest request() {
    return {.tag = "localhost/minpaas-test/" + bed->tag() + ":v1", .labels = labels};
  }

  std::unique_ptr<EngineBed> bed;
  docker::Labels labels;
  Steps seen;
};

std::vector<std::string> texts(const std::vector<docker::LogLine>& lines, docker::LogStream of) {
  std::vector<std::string> found;
  for (const auto& line : lines) {
    if (line.stream == of) {
      found.push_back(line.text);
    }
  }
  return found;
}

TEST_P(EngineContract, TellsItsVersion) {
  const auto version = engine().version();
  ASSERT_TRUE(version);
  EXPECT_FALSE(version->version.empty());
  EXPECT_THAT(version->api, HasSubstr("1."));
  EXPECT_EQ(version->default_builder, docker::Builder::BuildKit);
  EXPECT_THAT(*engine().data_root(), testing::StartsWith("/"));
}

TEST_P(EngineContract, ContainerLivesThroughItsStates) {
  const auto id = create("web", kSleeps);
  auto details = *engine().inspect_container(id);
  EXPECT_EQ(details.state, RunState::Created);
  EXPECT_EQ(details.pid, 0);
  EXPECT_EQ(details.address, "");
  EXPECT_FALSE(details.started_at);
  EXPECT_EQ(details.name, spec_of("web", "").name);
  EXPECT_EQ(details.image, spec_of("web", "").image);

  ASSERT_TRUE(engine().start_container(id));
  details = *engine().inspect_container(id);
  EXPECT_EQ(details.state, RunState::Running);
  EXPECT_GT(details.pid, 0);
  EXPECT_NE(details.address, "");
  EXPECT_TRUE(details.started_at);
  EXPECT_FALSE(details.finished_at);

  ASSERT_TRUE(engine().stop_container(id, seconds(5)));
  details = *engine().inspect_container(id);
  EXPECT_EQ(details.state, RunState::Exited);
  EXPECT_EQ(details.exit_code, 143) << "SIGTERM reaches the program: it has an init";
  EXPECT_EQ(details.pid, 0);
  EXPECT_EQ(details.address, "");
  EXPECT_TRUE(details.finished_at);

  ASSERT_TRUE(engine().remove_container(id));
  EXPECT_EQ(engine().inspect_container(id).error().code, ErrorCode::NotFound);
}

TEST_P(EngineContract, ChangesThatAreDoneAlreadyAreSuccesses) {
  const auto id = run("web", kSleeps);
  EXPECT_TRUE(engine().start_container(id));
  EXPECT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_TRUE(engine().remove_container(id));
  EXPECT_TRUE(engine().remove_container(id));
  EXPECT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_TRUE(engine().remove_image({"sha256:" + std::string(64, '0')}));
}

TEST_P(EngineContract, RunningContainerCanBeRemoved) {
  const auto id = run("web", kSleeps);
  EXPECT_TRUE(engine().remove_container(id));
  EXPECT_EQ(engine().inspect_container(id).error().code, ErrorCode::NotFound);
}

TEST_P(EngineContract, ProgramThatIgnoresSigtermIsKilled) {
  const auto id = run("stubborn", kIgnoresSigterm);
  EXPECT_TRUE(engine().stop_container(id, seconds(1)));
  EXPECT_EQ(engine().inspect_container(id)->exit_code, 137);
}

TEST_P(EngineContract, MissingThingsAreNotFound) {
  const ContainerId nobody{"minpaas-nobody"};
  EXPECT_EQ(engine().start_container(nobody).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().inspect_container(nobody).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().rename_container(nobody, "minpaas-x").error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().set_restart_policy(nobody, RestartPolicy::No).error().code,
            ErrorCode::NotFound);
  EXPECT_EQ(engine().inspect_image("localhost/minpaas/none:x").error().code, ErrorCode::NotFound);
  const auto logs = engine().logs(nobody, {}, [](const auto&) { return true; }, {});
  EXPECT_EQ(logs.error().code, ErrorCode::NotFound);
  ContainerSpec spec = spec_of("web", kSleeps);
  spec.image = {"localhost/minpaas/none:x"};
  EXPECT_EQ(engine().create_container(spec).error().code, ErrorCode::NotFound);
}

TEST_P(EngineContract, NamesAreUnique) {
  const auto first = create("a", kSleeps);
  EXPECT_EQ(engine().create_container(spec_of("a", kSleeps)).error().code,
            ErrorCode::AlreadyExists);
  const auto second = create("b", kSleeps);
  EXPECT_EQ(engine().rename_container(second, spec_of("a", "").name).error().code,
            ErrorCode::AlreadyExists);
  ASSERT_TRUE(engine().rename_container(first, spec_of("c", "").name));
  ASSERT_TRUE(engine().rename_container(second, spec_of("a", "").name));
  EXPECT_EQ(engine().inspect_container(first)->name, spec_of("c", "").name);
}

TEST_P(EngineContract, ListsByAllLabels) {
  auto spec = spec_of("a", kSleeps);
  spec.labels["minpaas.process"] = "web";
  const auto web = *engine().create_container(spec);
  spec = spec_of("b", kEndsWithThree);
  spec.labels["minpaas.process"] = "worker";
  const auto worker = *engine().create_container(spec);
  EXPECT_EQ(engine().list_containers(labels)->size(), 2U) << "those that do not run too";

  auto wanted = labels;
  wanted["minpaas.process"] = "web";
  const auto found = *engine().list_containers(wanted);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, web);
  EXPECT_EQ(found[0].name, spec_of("a", "").name);
  EXPECT_EQ(found[0].image, spec.image);
  EXPECT_EQ(found[0].labels.at("minpaas.process"), "web");
  EXPECT_EQ(found[0].state, RunState::Created);
  wanted["minpaas.process"] = "";
  EXPECT_EQ(engine().list_containers(wanted)->size(), 2U) << "an empty value matches any";
}

TEST_P(EngineContract, HostPortHasOneOwner) {
  auto spec = spec_of("a", kSleeps);
  spec.internal_port = 8080;
  // Free on the machine: below the range that the kernel gives to clients, above what is usual.
  spec.host_port = 20'000 + static_cast<int>(std::hash<std::string>()(bed->tag()) % 10'000);
  spec.host_address = "127.0.0.1";
  const auto first = *engine().create_container(spec);
  spec.name = spec_of("b", "").name;
  const auto second = *engine().create_container(spec);
  ASSERT_TRUE(engine().start_container(first));
  EXPECT_EQ(engine().start_container(second).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(engine().stop_container(first, seconds(5)));
  EXPECT_TRUE(engine().start_container(second)) << "as soon as the first is stopped";
}

TEST_P(EngineContract, ProgramThatEndsLeavesItsStatusAndItsWords) {
  const auto id = run("job", kEndsWithThree);
  const auto details = wait_for(id, RunState::Exited);
  EXPECT_EQ(details.exit_code, 3);
  EXPECT_EQ(details.restart_count, 0) << "nothing restarts it";
  const auto lines = logs_of(id, {});
  EXPECT_THAT(texts(lines, docker::LogStream::Out), ElementsAre("out one", "out two"));
  EXPECT_THAT(texts(lines, docker::LogStream::Err), ElementsAre("err"));
  EXPECT_EQ(logs_of(id, {.tail = 1}).size(), 1U);
  EXPECT_TRUE(logs_of(id, {.tail = 0}).empty());
  EXPECT_EQ(logs_of(id, {.since = lines.front().at}).size(), 3U) << "since is inclusive";
  EXPECT_TRUE(logs_of(id, {.since = lines.back().at + seconds(1)}).empty());
}

TEST_P(EngineContract, PolicyRestartsUntilStopped) {
  const auto id = create("crashing", kEndsWithThree);
  ASSERT_TRUE(engine().set_restart_policy(id, RestartPolicy::UnlessStopped));
  ASSERT_TRUE(engine().start_container(id));
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  while (engine().inspect_container(id)->restart_count == 0 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_GE(engine().inspect_container(id)->restart_count, 1);
  ASSERT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_EQ(wait_for(id, RunState::Exited).state, RunState::Exited);
}

TEST_P(EngineContract, FollowedLogsEndWithTheContainer) {
  const auto id = run("web", kSleeps);
  std::vector<std::string> lines;
  std::jthread stopper;
  const auto read = engine().logs(
      id, {.follow = true},
      [&](const docker::LogLine& line) {
        lines.push_back(line.text);
        stopper = std::jthread([&] { EXPECT_TRUE(engine().stop_container(id, seconds(5))); });
        return true;
      },
      {});
  EXPECT_TRUE(read);
  EXPECT_THAT(lines, ElementsAre("up"));
}

TEST_P(EngineContract, FollowedLogsEndWhenTheReaderHasEnough) {
  const auto id = run("web", kSleeps);
  const auto read = engine().logs(id, {.follow = true}, [](const auto&) { return false; }, {});
  EXPECT_TRUE(read);
}

TEST_P(EngineContract, FollowedLogsAreCancelled) {
  const auto id = run("web", kSleeps);
  std::stop_source stop;
  const auto read = engine().logs(
      id, {.follow = true},
      [&](const auto&) {
        stop.request_stop();
        return true;
      },
      stop.get_token());
  EXPECT_EQ(read.error().code, ErrorCode::Cancelled);
}

TEST_P(EngineContract, QuietStreamIsCancelledFromAnotherThread) {
  std::stop_source stop;
  std::jthread canceller([&] { stop.request_stop(); });
  const auto read = engine().events(
      labels, std::nullopt, [](const auto&) { return true; }, stop.get_token());
  EXPECT_EQ(read.error().code, ErrorCode::Cancelled);
}

TEST_P(EngineContract, EventsTellALifeSinceItsBegin) {
  const auto id = run("job", kEndsWithThree);
  const auto details = wait_for(id, RunState::Exited);
  std::vector<std::string> actions;
  int exit_code = 0;
  const auto read = engine().events(labels, *details.started_at - seconds(60),
                                    [&](const docker::EngineEvent& event) {
                                      EXPECT_EQ(event.container, id);
                                      EXPECT_EQ(event.labels.at(kLabelTest), bed->tag());
                                      actions.push_back(event.action);
                                      exit_code = event.exit_code;
                                      return event.action != "die";
                                    },
                                    {});
  EXPECT_TRUE(read);
  EXPECT_THAT(actions, ElementsAre("create", "start", "die"));
  EXPECT_EQ(exit_code, 3);
}

class EngineBuildContract : public EngineContract {
 protected:
  std::string base() const { return fmt::format("FROM {}\n", kBase); }
};

TEST_P(EngineBuildContract, BuildsWithStepsLabelsAndTag) {
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

TEST_P(EngineBuildContract, BuildPassesOutputLineByLine) {
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

TEST_P(EngineBuildContract, FailedStepIsNamedAndLeavesNoImage) {
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

TEST_P(EngineBuildContract, RunningBuildIsCancelled) {
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

TEST_P(EngineBuildContract, FailureOfTheContextIsTheFailureOfTheBuild) {
  const auto broken =
      [](const std::function<Result<void>(std::span<const char>)>& put) -> Result<void> {
    TRY(put(std::string(100'000, 'x')));
    return Error{ErrorCode::Corrupt, "the repository is broken", "", ""};
  };
  const auto built = engine().build(request(), broken, seen, {});
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().message, "the repository is broken");
}

TEST_P(EngineBuildContract, LargeContextIsStreamed) {
  std::string large;
  large.resize(20'000'000, 'd');
  bed->expect_build({.steps = {{.name = fmt::format("[1/2] FROM {}", kBase)},
                               {.name = "[2/2] COPY data /data"}}});
  const auto built =
      engine().build(request(), context_of(base() + "COPY data /data\n", large), seen, {});
  ASSERT_TRUE(built) << built.error().for_log();
}

TEST_P(EngineBuildContract, ImageInUseIsNotRemoved) {
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

TEST_P(EngineBuildContract, ListsImagesByLabel) {
  bed->expect_build({});
  auto wanted = request();
  const auto built = engine().build(wanted, context_of(base() + "COPY data /d\n"), seen, {});
  ASSERT_TRUE(built) << built.error().for_log();
  const auto images = *engine().list_images(labels);
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0].id, *built);
  EXPECT_THAT(images[0].tags, ElementsAre(wanted.tag));
}

TEST_P(EngineBuildContract, PruningDownToALotTakesNothing) {
  const auto freed = engine().prune_build_cache(1LL << 50);
  ASSERT_TRUE(freed) << freed.error().for_log();
  EXPECT_EQ(*freed, 0);
}

std::string kind_name(const testing::TestParamInfo<BedKind>& info) {
  return info.param == BedKind::Fake             ? "Fake"
         : info.param == BedKind::FakeOverSocket ? "Socket"
                                                 : "Real";
}

INSTANTIATE_TEST_SUITE_P(Engines, EngineContract,
                         testing::Values(BedKind::Fake, BedKind::FakeOverSocket,
                                         BedKind::RealEngine),
                         kind_name);
INSTANTIATE_TEST_SUITE_P(Engines, EngineBuildContract,
                         testing::Values(BedKind::Fake, BedKind::FakeOverSocket,
                                         BedKind::RealEngine),
                         kind_name);

}  // namespace
}  // namespace minpaas::test
