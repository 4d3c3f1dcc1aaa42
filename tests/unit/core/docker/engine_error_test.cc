#include "core/docker/engine_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minpaas::docker {
namespace {

TEST(EngineError, WordsComeFromJsonOrText) {
  EXPECT_EQ(engine_words(R"({"message":"No such container: x"})"), "No such container: x");
  EXPECT_EQ(engine_words("client version 1.20 is too old.\n"), "client version 1.20 is too old.");
  // Podman says it three times.
  EXPECT_EQ(engine_words(R"({"cause":"a","message":"b","response":500})"), "b");
}

TEST(EngineError, IsOneLineThatATerminalCanShow) {
  const auto error = engine_error(500, R"({"message":"first\nsecond[2Jthird\t4"})");
  EXPECT_EQ(error.message, "first second[2Jthird 4");
  EXPECT_EQ(engine_error(500, "a\x1b[2Jb").message.find('\x1b'), std::string::npos);
  EXPECT_LT(engine_error(500, std::string(1'000'000, 'x')).message.size(), 1000U);
}

TEST(EngineError, CodeFollowsTheStatus) {
  EXPECT_EQ(engine_error(400, "x").code, ErrorCode::InvalidInput);
  EXPECT_EQ(engine_error(404, "x").code, ErrorCode::NotFound);
  EXPECT_EQ(engine_error(409, "x").code, ErrorCode::Conflict);
  EXPECT_EQ(engine_error(500, "x").code, ErrorCode::Failed);
  EXPECT_EQ(engine_error(503, "x").code, ErrorCode::Unavailable);
}

TEST(EngineError, WordsSayMoreThanTheStatus) {
  const auto port = engine_error(
      500,
      R"({"message":"driver failed programming external connectivity on endpoint web (ab): Bind for 0.0.0.0:10001 failed: port is already allocated"})");
  EXPECT_EQ(port.code, ErrorCode::Conflict);
  const auto foreign =
      engine_error(500, R"({"message":"listen tcp4 0.0.0.0:10001: bind: address already in use"})");
  EXPECT_EQ(foreign.code, ErrorCode::Conflict);
  const auto full = engine_error(
      500, R"({"message":"mkdir /var/lib/docker/overlay2/ab: no space left on device"})");
  EXPECT_EQ(full.code, ErrorCode::NoSpace);
  EXPECT_FALSE(full.hint.empty());
  const auto name = engine_error(
      500,
      R"({"message":"Conflict. The container name \"/web\" is already in use by container \"ab\"."})");
  EXPECT_EQ(name.code, ErrorCode::AlreadyExists);
}

TEST(EngineError, AnswerWithoutWordsTellsItsStatus) {
  EXPECT_EQ(engine_error(502, "").message, "the Docker Engine answered with status 502");
}

}  // namespace
}  // namespace minpaas::docker
