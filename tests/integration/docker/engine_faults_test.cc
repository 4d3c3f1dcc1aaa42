// DockerEngine against engines that are down, slow, broken or older and newer than expected.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <thread>

#include "core/docker/docker_engine.h"
#include "tests/support/engine_server.h"
#include "tests/support/temp_dir.h"

namespace minpaas::test {
namespace {

using docker::DockerEngine;
using docker::Engine;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kVersion =
    R"({"Version":"20.10","ApiVersion":"1.41","MinAPIVersion":"1.12"})";

class Lines : public docker::BuildObserver {
 public:
  void step(std::string_view name, bool /*cached*/) override { lines.emplace_back(name); }

  void output(std::string_view line) override { lines.emplace_back(line); }

  void step_done(std::string_view /*name*/, milliseconds /*took*/) override {}

  std::vector<std::string> lines;
};

class EngineFaults : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path socket() const { return dir.path() / "engine.sock"; }

  std::unique_ptr<Engine> connect(const docker::EngineDeadlines& deadlines = {}) const {
    return *DockerEngine::connect("unix://" + socket().string(), deadlines);
  }

  /// An engine that agrees on a version and then does this.
  std::unique_ptr<HttpServer> serve(HttpServer::Handler then) const {
    return std::make_unique<HttpServer>(socket(), [then = std::move(then)](HttpCall& call) {
      if (call.path == "/_ping") {
        return call.answer(200, "OK", "text/plain");
      }
      if (call.path == "/version") {
        return call.answer(200, kVersion);
      }
      then(call);
    });
  }

  TempDir dir;
  Lines lines;
};

const docker::LogSink kAnyLine = [](const docker::LogLine&) { return true; };

Result<void> many_bytes(const std::function<Result<void>(std::span<const char>)>& put) {
  const std::string piece(64UL << 10, 'x');
  for (int i = 0; i < 1000; ++i) {
    TRY(put(piece));
  }
  return {};
}

TEST_F(EngineFaults, OnlyUnixSocketsAreAddresses) {
  EXPECT_TRUE(DockerEngine::connect("unix:///var/run/docker.sock"));
  EXPECT_TRUE(DockerEngine::connect("/var/run/docker.sock"));
  for (const std::string& bad :
       {std::string("tcp://localhost:2375"), std::string("unix://relative"), std::string(),
        "unix:///" + std::string(200, 'x')}) {
    const auto refused = DockerEngine::connect(bad);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidInput) << bad;
    EXPECT_THAT(refused.error().hint, HasSubstr("unix:///"));
  }
}

TEST_F(EngineFaults, MissingSocketIsUnavailableWithWhatToDo) {
  const auto version = connect()->version();
  EXPECT_EQ(version.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(version.error().message, HasSubstr(socket().string()));
  EXPECT_THAT(version.error().hint, HasSubstr("systemctl start docker"));
}

TEST_F(EngineFaults, SocketThatNobodyListensOnIsUnavailable) {
  const Fd left_over(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket().string();
  std::copy(path.begin(), path.end(), address.sun_path);
  ASSERT_EQ(::bind(left_over.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(connect()->version().error().code, ErrorCode::Unavailable);
}

TEST_F(EngineFaults, EngineThatComesLaterIsFound) {
  const auto engine = connect();
  ASSERT_FALSE(engine->version());
  FakeEngine fake;
  {
    const EngineServer server(socket(), fake);
    EXPECT_TRUE(engine->list_containers({}));
  }
  EXPECT_EQ(engine->list_containers({}).error().code, ErrorCode::Unavailable);
  std::filesystem::remove(socket());
  const EngineServer again(socket(), fake);
  EXPECT_TRUE(engine->list_containers({})) << "a kept connection that broke is replaced";
}

TEST_F(EngineFaults, SlowEngineTimesOut) {
  std::atomic<bool> was_left = false;
  const auto server = serve([&](HttpCall& call) {
    while (!call.gone().stop_requested()) {
      std::this_thread::yield();
    }
    was_left = true;
    was_left.notify_one();
    call.hang_up();
  });
  docker::EngineDeadlines deadlines;
  deadlines.read = milliseconds(100);
  const auto listed = connect(deadlines)->list_containers({});
  EXPECT_EQ(listed.error().code, ErrorCode::Timeout);
  EXPECT_EQ(listed.error().message, "the Docker Engine did not answer within 0.1 s");
  was_left.wait(false);  // the request is given up at the engine too
}

TEST_F(EngineFaults, WhatIsNoHttpIsCorrupt) {
  const HttpServer server(socket(), [](HttpCall& call) {
    call.raw("220 mail.example.org ESMTP\r\n");
    call.hang_up();
  });
  const auto version = connect()->version();
  EXPECT_EQ(version.error().code, ErrorCode::Corrupt);
  EXPECT_THAT(version.error().message, HasSubstr("no Docker Engine"));
}

TEST_F(EngineFaults, GarbageBodiesAreCorrupt) {
  const auto server = serve([](HttpCall& call) { call.answer(200, "<html>hello</html>"); });
  const auto engine = connect();
  EXPECT_EQ(engine->list_containers({}).error().code, ErrorCode::Corrupt);
  EXPECT_EQ(engine->inspect_container({"a"}).error().code, ErrorCode::Corrupt);
  EXPECT_EQ(engine->inspect_image("a").error().code, ErrorCode::Corrupt);
  EXPECT_EQ(engine->create_container({}).error().code, ErrorCode::Corrupt);
  EXPECT_EQ(engine->data_root().error().code, ErrorCode::Corrupt);
  EXPECT_EQ(engine->logs({"a"}, {}, kAnyLine, {}).error().code, ErrorCode::Corrupt);
  EXPECT_EQ(engine->events({}, {}, [](const auto&) { return true; }, {}).error().code,
            ErrorCode::Corrupt)
      << "one line without end";
}

TEST_F(EngineFaults, AnswerWithoutEndIsCutOff) {
  const auto server = serve([](HttpCall& call) {
    call.begin(200, "application/json");
    const std::string piece(1UL << 20, ' ');
    while (call.write(piece)) {
    }
  });
  EXPECT_EQ(connect()->list_containers({}).error().code, ErrorCode::Corrupt);
}

TEST_F(EngineFaults, ConnectionClosedInTheMiddleOfABuildIsUnavailable) {
  const auto server = serve([](HttpCall& call) {
    EXPECT_TRUE(call.read_body());
    call.begin(200, "application/json");
    call.write(
        "{\"stream\":\"Step 1/2 : FROM base\\n\"}\r\n{\"stream\":\" ---\\u003e abc\\n\"}\r\n");
    call.hang_up();
  });
  const auto built = connect()->build({}, many_bytes, lines, {});
  EXPECT_EQ(built.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(built.error().message, "the Docker Engine closed the connection");
  EXPECT_THAT(lines.lines, ElementsAre("[1/2] FROM base")) << "what it said is shown";
}

TEST_F(EngineFaults, ConnectionClosedDuringTheUploadIsUnavailable) {
  const auto server = serve([](HttpCall& call) {
    EXPECT_TRUE(call.read_some());
    call.hang_up();
  });
  const auto built = connect()->build({}, many_bytes, lines, {});
  EXPECT_EQ(built.error().code, ErrorCode::Unavailable);
}

TEST_F(EngineFaults, RefusalBeforeTheEndOfTheUploadIsTold) {
  const auto server = serve([](HttpCall& call) {
    EXPECT_TRUE(call.read_some());
    call.answer(500, R"({"message":"mkdir /var/lib/docker/tmp: no space left on device"})");
    // The rest is read, so that closing does not destroy the answer on its way.
    static_cast<void>(call.read_body().has_value());
    call.hang_up();
  });
  const auto built = connect()->build({}, many_bytes, lines, {});
  EXPECT_EQ(built.error().code, ErrorCode::NoSpace);
}

TEST_F(EngineFaults, BuildIsCancelledWhileTheEngineTakesNothing) {
  std::stop_source stop;
  const auto server = serve([&](HttpCall& call) {
    stop.request_stop();
    while (!call.gone().stop_requested()) {
      std::this_thread::yield();
    }
    call.hang_up();
  });
  const auto built = connect()->build({}, many_bytes, lines, stop.get_token());
  EXPECT_EQ(built.error().code, ErrorCode::Cancelled);
}

TEST_F(EngineFaults, StreamsThatTheEngineEndsAreUnavailable) {
  FakeEngine fake;
  const auto image = fake.add_image("base");
  const EngineServer server(socket(), fake);
  const auto engine = connect();
  docker::ContainerSpec spec;
  spec.name = "web";
  spec.image = image;
  const auto id = *engine->create_container(spec);
  ASSERT_TRUE(engine->start_container(id));
  fake.print(id, "hello");
  const auto go_down = [&](const auto&) {
    fake.go_down();
    return true;
  };
  EXPECT_EQ(engine->logs(id, {.follow = true}, go_down, {}).error().code, ErrorCode::Unavailable);
  fake.come_up();
  EXPECT_EQ(engine->events({}, SystemTime{}, go_down, {}).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(engine->version().error().code, ErrorCode::Unavailable);
}

TEST_F(EngineFaults, UpgradedEngineIsAskedAgainForItsVersion) {
  FakeEngine fake;
  EngineServer server(socket(), fake);
  const auto engine = connect();
  EXPECT_EQ(engine->version()->api, "1.41");
  server.speak("1.51", "1.44");
  EXPECT_TRUE(engine->list_containers({})) << "1.41 is refused now";
  EXPECT_EQ(engine->version()->api, "1.51");
  EXPECT_TRUE(engine->build({}, many_bytes, lines, {}));
}

TEST_F(EngineFaults, EngineWithoutBuildKitSaysSo) {
  FakeEngine fake;
  EngineServer server(socket(), fake);
  server.name_builder("1");
  EXPECT_EQ(connect()->version()->default_builder, docker::Builder::Classic);
}

TEST_F(EngineFaults, FullDiskIsToldAsSuch) {
  FakeEngine fake;
  const EngineServer server(socket(), fake);
  fake.fail_next(EngineCall::Create, {ErrorCode::NoSpace, "", "", ""});
  EXPECT_EQ(connect()->create_container({}).error().code, ErrorCode::NoSpace);
}

TEST_F(EngineFaults, ConnectionIsKept) {
  std::atomic<int> requests = 0;
  HttpServer server(socket(), [&](HttpCall& call) {
    ++requests;
    call.answer(200, call.path == "/version" ? kVersion : "[]");
  });
  const auto engine = connect();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(engine->list_containers({}));
  }
  EXPECT_EQ(requests, 22);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(EngineFaults, SinkMayCallTheEngine) {
  FakeEngine fake;
  const auto image = fake.add_image("base", {.log = {"one", "two"}});
  const EngineServer server(socket(), fake);
  const auto engine = connect();
  docker::ContainerSpec spec;
  spec.image = image;
  const auto id = *engine->create_container(spec);
  ASSERT_TRUE(engine->start_container(id));
  int seen = 0;
  ASSERT_TRUE(engine->logs(id, {},
                           [&](const docker::LogLine&) {
                             ++seen;
                             return engine->inspect_container(id).has_value();
                           },
                           {}));
  EXPECT_EQ(seen, 2);
}

TEST_F(EngineFaults, ManyThreadsShareOneEngine) {
  FakeEngine fake;
  const auto image = fake.add_image("base");
  const EngineServer server(socket(), fake);
  const auto engine = connect();
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i) {
      threads.emplace_back([&, i] {
        docker::ContainerSpec spec;
        spec.name = "c" + std::to_string(i);
        spec.image = image;
        const auto id = engine->create_container(spec);
        good += id && engine->start_container(*id) && engine->stop_container(*id, seconds(1)) &&
                engine->remove_container(*id);
      });
    }
  }
  EXPECT_EQ(good, 12);
}

TEST_F(EngineFaults, PullIsToldByLines) {
  FakeEngine fake;
  const EngineServer server(socket(), fake);
  fake.add_to_registry("python:3");
  const auto engine = connect();
  std::vector<std::string> told;
  const auto tell = [&](const docker::PullProgress& progress) { told.push_back(progress.status); };
  ASSERT_TRUE(engine->pull_image("python:3", tell, {}));
  EXPECT_THAT(told, ElementsAre("Pull complete"));
  EXPECT_TRUE(engine->inspect_image("python:3"));
  EXPECT_EQ(engine->pull_image("nope", tell, {}).error().code, ErrorCode::NotFound);
}

TEST_F(EngineFaults, PullThatFailsInsideTheStreamIsAFailure) {
  const auto server = serve([](HttpCall& call) {
    call.begin(200, "application/json");
    call.write(R"({"status":"Pulling from library/python","id":"3"})"
               "\r\n");
    call.write(R"({"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"})"
               "\r\n");
    call.end();
  });
  const auto pulled = connect()->pull_image("python:3", [](const auto&) {}, {});
  EXPECT_EQ(pulled.error().message, "unexpected EOF");
}

TEST_F(EngineFaults, RemovalInProgressIsWaitedFor) {
  std::atomic<bool> waited = false;
  const auto server = serve([&](HttpCall& call) {
    if (call.method == "DELETE") {
      return call.answer(409, R"({"message":"removal of container a is already in progress"})");
    }
    EXPECT_EQ(call.path, "/v1.41/containers/a/wait");
    EXPECT_EQ(call.query["condition"], "removed");
    waited = true;
    call.answer(200, R"({"StatusCode":0})");
  });
  EXPECT_TRUE(connect()->remove_container({"a"}));
  EXPECT_TRUE(waited);
}

TEST_F(EngineFaults, ImageWithSeveralNamesIsRemovedWhenNobodyUsesIt) {
  std::atomic<bool> used = true;
  const auto server = serve([&](HttpCall& call) {
    if (call.path == "/v1.41/containers/json") {
      return call.answer(200,
                         used ? R"([{"Id":"c","ImageID":"sha256:ab","State":"exited"}])" : "[]");
    }
    if (call.query["force"] == "1") {
      return call.answer(200, "[]");
    }
    call.answer(
        409,
        R"({"message":"conflict: unable to delete ab (must be forced) - image is referenced in multiple repositories"})");
  });
  const auto engine = connect();
  EXPECT_EQ(engine->remove_image({"sha256:ab"}).error().code, ErrorCode::Conflict);
  used = false;
  EXPECT_TRUE(engine->remove_image({"sha256:ab"}));
}

}  // namespace
}  // namespace minpaas::test
