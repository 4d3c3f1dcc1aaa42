#include "hooks/programs/program_run.h"

#include <gmock/gmock.h>

#include <thread>

#include "hooks/platform/local_platform.h"
#include "hooks/supervision/reconcile.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/memory_streams.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;
using test::EngineCall;
using test::FakeProgram;
using test::MemoryReader;
using test::MemoryWriter;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

int copy(FakeProgram& program) {
  for (auto input = program.read(); !input.empty(); input = program.read()) {
    program.print(input);
  }
  program.print("done\n", docker::LogStream::Err);
  return 3;
}

int wait_for_signals(FakeProgram& program) {
  program.print("up\n");
  while (const auto event = program.wait_for_event()) {
    if (const auto* size = std::get_if<WindowSize>(&*event)) {
      program.print("size " + std::to_string(size->columns) + "\n");
    } else {
      program.print("signal\n");
      return 9;
    }
  }
  return 0;
}

/// Says what the test wants it to, then waits.
class ScriptedConsole : public Console {
 public:
  ByteWriter& screen() override { return painted; }

  void leave_input() override {}

  std::optional<ConsoleEvent> next(const std::stop_token& stop) override {
    return events_.wait_until(
        std::chrono::steady_clock::now() + std::chrono::hours(1), stop,
        [](const auto& events) { return !events.empty(); },
        [](auto& events) -> std::optional<ConsoleEvent> {
          if (events.empty()) {
            return std::nullopt;
          }
          const ConsoleEvent event = events.front();
          events.erase(events.begin());
          return event;
        });
  }

  void say(const ConsoleEvent& event) {
    events_.update([&](auto& events) { events.push_back(event); });
  }

  MemoryWriter painted;

 private:
  Guarded<std::vector<ConsoleEvent>> events_;
};

/// A live app, and someone in front of what is run.
class Programs : public testing::Test {
 protected:
  Programs() {
    bed_.start_queue();
    // The image of the app is built below; what it runs is known by name.
    test::FakeBuild build;
    bed_.engine.next_build(build);
    EXPECT_TRUE(bed_.push(app_, bed_.commit(app_, "one")));
    image_ = bed_.engine.containers().front().image;
    bed_.engine.behave(image_, "copy", {.program = copy});
    bed_.engine.behave(image_, "wait", {.program = wait_for_signals, .catches = {Signal::Int}});
    bed_.engine.behave(image_, "silent127", {.exit_code = 127});
    bed_.engine.behave(image_, "exec-nothing", {.program = [](FakeProgram& program) {
                         program.print(
                             "OCI runtime exec failed: exec failed: unable to start container "
                             "process: exec: \"exec-nothing\": executable file not found in $PATH: "
                             "unknown\r\n");
                         return 126;
                       }});
    bed_.engine.clear_journal();
  }

  ExecStreams streams() { return {in_, out_, err_, gone_.get_token(), &console_}; }

  Result<ProgramOutcome> run(ProgramRequest request) {
    auto peer = streams();
    return bed_.platform().run(bed_.admin, app_, request, peer);
  }

  Result<ProgramOutcome> exec(ProgramRequest request, int index = 1) {
    auto peer = streams();
    return bed_.platform().exec(bed_.admin, app_, ProcessType::web(), index, request, peer);
  }

  /// The one-off container, once there is one.
  docker::ContainerDetails one_off() {
    for (int i = 0; i < 3000; ++i) {
      for (const auto& container : bed_.engine.containers()) {
        const auto mark = container.labels.find("minpaas.one-off");
        if (mark != container.labels.end() && mark->second == "1" &&
            container.state == docker::RunState::Running) {
          return container;
        }
      }
      std::this_thread::sleep_for(milliseconds(10));
    }
    ADD_FAILURE() << "no one-off container runs";
    return {};
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  ImageId image_;
  MemoryReader in_{"one\ntwo\n", 3};
  MemoryWriter out_;
  MemoryWriter err_;
  ScriptedConsole console_;
  std::stop_source gone_;
};

using OneOffPrograms = Programs;
using ProgramsBeside = Programs;

TEST_F(OneOffPrograms, HaveStreamsAndAStatusAndLeaveNothing) {
  const auto outcome = run({.words = {"copy"}});
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->status, 3);
  EXPECT_EQ(outcome->trouble, "");
  EXPECT_EQ(out_.text, "one\ntwo\n");
  EXPECT_EQ(err_.text, "done\n");
  EXPECT_THAT(bed_.engine.containers(), SizeIs(1));
  EXPECT_THAT(*bed_.platform().processes(bed_.admin, app_), SizeIs(1));
}

TEST_F(OneOffPrograms, AreMadeAsTheContainersOfTheirRelease) {
  bed_.settings.containers.memory_bytes = 100 << 20;
  const ConfigVars config{{*ConfigKey::parse("A"), Secret("app")},
                          {*ConfigKey::parse("B"), Secret("app")},
                          {*ConfigKey::parse("TERM"), Secret("dumb")}};
  ASSERT_TRUE(
      bed_.platform().change_config(bed_.admin, app_, config, {}, test::Watcher().follow()));
  std::optional<docker::ContainerSpec> spec;
  bed_.engine.before(EngineCall::Attach,
                     [&](const std::string& name) { spec = bed_.engine.spec(name); });
  ASSERT_TRUE(run({.words = {"copy", "a b"},
                   .env = {{*ConfigKey::parse("B"), Secret("mine")}},
                   .window = WindowSize{.columns = 99, .rows = 33},
                   .terminal_type = "vt220"}));
  ASSERT_TRUE(spec);
  EXPECT_THAT(spec->words, ElementsAre("copy", "a b"));
  EXPECT_EQ(spec->env.at("A"), "app");
  EXPECT_EQ(spec->env.at("B"), "mine");
  EXPECT_EQ(spec->env.at("TERM"), "vt220");
  EXPECT_EQ(spec->env.at("PORT"), "8000");
  EXPECT_EQ(spec->labels.at("minpaas.app"), "blog");
  EXPECT_EQ(spec->labels.at("minpaas.release"), "v2");
  EXPECT_EQ(spec->labels.at("minpaas.process"), "run.1");
  EXPECT_EQ(spec->labels.at("minpaas.instance"), bed_.server().parts.instance);
  EXPECT_EQ(spec->memory_bytes, 100 << 20);
  EXPECT_EQ(spec->pids, bed_.settings.containers.pids);
  EXPECT_EQ(spec->terminal, (WindowSize{.columns = 99, .rows = 33}));
  EXPECT_EQ(spec->host_port, 0);
  EXPECT_FALSE(spec->keep_log);
}

TEST_F(OneOffPrograms, AreListedWhileTheyRunAndReconciledByNobody) {
  std::jthread running([&] { EXPECT_TRUE(run({.words = {"wait", "here"}})); });
  const auto container = one_off();
  const auto processes = *bed_.platform().processes(bed_.admin, app_);
  ASSERT_EQ(processes.size(), 2U);
  EXPECT_EQ(processes[1].process.str(), "run");
  EXPECT_EQ(processes[1].index, 1);
  EXPECT_EQ(processes[1].state, "up");
  EXPECT_EQ(processes[1].command, "wait here");
  EXPECT_EQ(processes[1].container, container.id);
  EXPECT_TRUE(bed_.server().one_offs.own(container));
  console_.say(Signal::Int);
}

TEST_F(OneOffPrograms, GetSignalsAndSizesAndPaintTheScreen) {
  console_.say(WindowSize{.columns = 101, .rows = 44});
  console_.say(Signal::Int);
  const auto outcome = run({.words = {"wait"}, .window = WindowSize{.columns = 90, .rows = 30}});
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->status, 9);
  EXPECT_EQ(console_.painted.text, "up\nsize 90\nsize 101\nsignal\n");
  EXPECT_EQ(out_.text, "");
}

TEST_F(OneOffPrograms, EndWithTheirPeer) {
  std::jthread leaver([&] {
    one_off();
    gone_.request_stop();
  });
  const auto outcome = run({.words = {"wait"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Cancelled);
  EXPECT_THAT(bed_.engine.containers(), SizeIs(1));
  EXPECT_THAT(bed_.engine.journal(), Contains(HasSubstr("stop minpaas-blog-run-1-v1-")));
}

TEST_F(OneOffPrograms, EndWhenTheirPeerTakesNoMore) {
  out_.broken = true;
  const auto outcome = run({.words = {"copy"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Disconnected);
  EXPECT_THAT(bed_.engine.containers(), SizeIs(1));
}

TEST_F(OneOffPrograms, ThatAreNotThereAreToldInOneSentence) {
  const auto outcome = run({.words = {"silent127"}});
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->status, 127);
  EXPECT_EQ(outcome->trouble, "there is no program 'silent127' in the image of blog v1");
}

TEST_F(OneOffPrograms, LeaveNothingWhenTheEngineFails) {
  for (const auto call :
       {EngineCall::Create, EngineCall::Attach, EngineCall::Start, EngineCall::Wait}) {
    bed_.engine.fail_next(call, {ErrorCode::NoSpace, "the disk is full", "", ""});
    const auto outcome = run({.words = {"copy"}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::NoSpace);
    EXPECT_THAT(bed_.engine.containers(), SizeIs(1));
    EXPECT_THAT(bed_.server().one_offs.of(app_), IsEmpty());
  }
}

TEST_F(OneOffPrograms, NeedARelease) {
  const AppName empty = bed_.make_app("empty");
  auto peer = streams();
  const auto outcome = bed_.platform().run(bed_.admin, empty, {.words = {"copy"}}, peer);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Conflict);
}

TEST_F(ProgramsBeside, HaveStreamsAndAStatusOfTheirOwn) {
  const auto outcome = exec({.words = {"copy"}});
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->status, 3);
  EXPECT_EQ(out_.text, "one\ntwo\n");
  EXPECT_EQ(err_.text, "done\n");
  EXPECT_EQ(bed_.engine.containers().front().state, docker::RunState::Running);
}

TEST_F(ProgramsBeside, EndWithTheirPeer) {
  std::jthread leaver([&] {
    while (bed_.engine.execs().empty()) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    gone_.request_stop();
  });
  const auto outcome = exec({.words = {"wait"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Cancelled);
  EXPECT_THAT(bed_.engine.journal(), Contains("signal exec HUP"));
  EXPECT_TRUE(bed_.engine.execs().front().program->exit_status());
}

TEST_F(ProgramsBeside, ThatAreNotThereAreToldInOneSentence) {
  const auto outcome = exec({.words = {"exec-nothing"}});
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->status, 127);
  EXPECT_EQ(outcome->trouble, "there is no program 'exec-nothing' in web.1");
  EXPECT_EQ(out_.text, "");
}

TEST_F(ProgramsBeside, NeedAProcessThatRuns) {
  EXPECT_EQ(exec({.words = {"copy"}}, 2).error().code, ErrorCode::NotFound);
  ASSERT_TRUE(bed_.engine.stop_container(bed_.engine.containers().front().id, seconds(1)));
  const auto outcome = exec({.words = {"copy"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Conflict);
  EXPECT_EQ(outcome.error().message, "web.1 does not run");
}

TEST_F(ProgramsBeside, MayRunBesideAOneOff) {
  std::jthread running([&] { EXPECT_TRUE(run({.words = {"wait"}})); });
  one_off();
  MemoryReader in("three");
  MemoryWriter out;
  ExecStreams peer{in, out, out, {}};
  const auto outcome = bed_.platform().exec(bed_.admin, app_, *ProcessType::parse("run"), 1,
                                            {.words = {"copy"}}, peer);
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_THAT(out.text, HasSubstr("three"));
  console_.say(Signal::Int);
}

TEST(OneOffNumbers, AreTheLowestThatAreFree) {
  OneOffs all;
  ContainerPolicy policy;
  policy.instance = "0123456789";
  const auto begin = [&](const char* app) {
    Release release{.app = *AppName::parse(app),
                    .number = ReleaseNumber(4),
                    .image = {},
                    .commit = {},
                    .runtime = {},
                    .processes = {},
                    .formation = {},
                    .description = {},
                    .actor = {},
                    .created_at = {}};
    return all.begin(release, "sh", 77, policy);
  };
  auto first = begin("blog");
  const auto second = begin("blog");
  const auto other = begin("shop");
  EXPECT_EQ(first->get().index, 1);
  EXPECT_EQ(first->get().name, "minpaas-blog-run-1-v4-77-012345");
  EXPECT_EQ(second->get().index, 2);
  EXPECT_EQ(other->get().index, 1);
  first.reset();
  EXPECT_EQ(begin("blog")->get().index, 1);
  EXPECT_THAT(all.of(*AppName::parse("blog")), SizeIs(1));
}

}  // namespace
}  // namespace minpaas::hooks
