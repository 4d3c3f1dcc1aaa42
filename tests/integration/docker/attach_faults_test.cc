// Attachments of DockerEngine to engines that are slow, broken or upgraded meanwhile.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/docker/docker_engine.h"
#include "tests/support/engine_server.h"
#include "tests/support/temp_dir.h"

namespace minpaas::test {
namespace {

using namespace std::string_literals;

constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

class AttachFaults : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path socket() const { return dir.path() / "engine.sock"; }

  Result<std::unique_ptr<docker::Attachment>> attach(const HttpServer::Handler& then) {
    server = std::make_unique<HttpServer>(socket(), [then](HttpCall& call) {
      if (call.path == "/_ping") {
        return call.answer(200, "OK", "text/plain");
      }
      if (call.path == "/version") {
        return call.answer(200, R"({"Version":"20","ApiVersion":"1.41","MinAPIVersion":"1.12"})");
      }
      call.hang_up();
      then(call);
    });
    engine = *docker::DockerEngine::connect("unix://" + socket().string(),
                                            {.change = milliseconds(200)});
    return engine->attach_container({"web"}, {.open_input = true});
  }

  TempDir dir;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<docker::Engine> engine;
};

TEST_F(AttachFaults, EngineThatDoesNotRunIsUnavailable) {
  const auto absent = *docker::DockerEngine::connect("unix://" + socket().string());
  const auto refused = absent->attach_container({"web"}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

TEST_F(AttachFaults, SilentEngineTimesOut) {
  const auto refused = attach([](HttpCall& call) { call.read_raw(); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Timeout);
}

TEST_F(AttachFaults, RefusalIsToldInTheEnginesWords) {
  const auto refused =
      attach([](HttpCall& call) { call.answer(404, R"({"message":"No such container: web"})"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("No such container: web"));
}

TEST_F(AttachFaults, AnswerThatBreaksOffIsUnavailable) {
  const auto refused = attach([](HttpCall& call) { call.raw("HTTP/1.1 101 UPG"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

TEST_F(AttachFaults, WhatIsNoHttpIsCorrupt) {
  const auto refused = attach([](HttpCall& call) { call.raw("SSH-2.0-x\r\n\r\n"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Corrupt);
}

TEST_F(AttachFaults, OutputThatCameWithTheAnswerIsNotLost) {
  auto stream =
      attach([](HttpCall& call) { call.raw(std::string(kUpgraded) + "\2\0\0\0\0\0\0\3err"s); });
  ASSERT_TRUE(stream);
  const auto piece = (*stream)->read({});
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->stream, docker::LogStream::Err);
  EXPECT_EQ(piece->bytes.size(), 3U);
  EXPECT_TRUE((*stream)->read({})->bytes.empty());
}

TEST_F(AttachFaults, OutputThatBreaksOffIsUnavailable) {
  auto stream =
      attach([](HttpCall& call) { call.raw(std::string(kUpgraded) + "\1\0\0\0\0\0\0\7half"s); });
  ASSERT_TRUE(stream);
  EXPECT_EQ((*stream)->read({})->bytes.size(), 4U);
  EXPECT_EQ((*stream)->read({}).error().code, ErrorCode::Unavailable);
}

TEST_F(AttachFaults, OutputWithoutFramesIsCorrupt) {
  auto stream = attach([](HttpCall& call) { call.raw(std::string(kUpgraded) + "hello world"); });
  ASSERT_TRUE(stream);
  EXPECT_EQ((*stream)->read({}).error().code, ErrorCode::Corrupt);
}

TEST_F(AttachFaults, WriterOfAProgramThatReadsNothingIsCancelled) {
  auto stream = attach([](HttpCall& call) {
    call.raw(kUpgraded);
    call.wait_for_close();
  });
  ASSERT_TRUE(stream);
  std::stop_source stop;
  const std::string piece(1UL << 20, 'x');
  std::jthread canceller([&] {
    std::this_thread::sleep_for(milliseconds(50));
    stop.request_stop();
  });
  Result<void> written;
  while (written) {
    written = (*stream)->write(std::as_bytes(std::span(piece)), stop.get_token());
  }
  EXPECT_EQ(written.error().code, ErrorCode::Cancelled);
}

TEST_F(AttachFaults, UpgradedEngineIsAskedAgainForItsVersion) {
  FakeEngine fake;
  const auto image = fake.add_image("base");
  const auto id = *fake.create_container({.name = "web", .image = image});
  EngineServer api(socket(), fake);
  const auto client = *docker::DockerEngine::connect("unix://" + socket().string());
  ASSERT_TRUE(client->inspect_container(id));
  api.speak("1.52", "1.44");
  EXPECT_TRUE(client->attach_container(id, {}));
}

}  // namespace
}  // namespace minpaas::test
