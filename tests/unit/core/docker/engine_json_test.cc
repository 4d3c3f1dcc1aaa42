// Containers, images and events as Docker Engine 20.10.24 sent them (tests/data/docker).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/docker/container_json.h"
#include "core/docker/event_json.h"
#include "core/docker/image_json.h"
#include "tests/support/test_data.h"

namespace minpaas::docker {
namespace {

using nlohmann::json;
using test::test_data;
using testing::ElementsAre;

TEST(ContainerJson, RunningContainerHasPidAndAddress) {
  const auto details = *parse_container(test_data("docker/container_running.json"));
  EXPECT_EQ(details.name, "minpaas-docker-capture");
  EXPECT_EQ(details.state, RunState::Running);
  EXPECT_GT(details.pid, 0);
  EXPECT_THAT(details.address, testing::StartsWith("172.17.0."));
  EXPECT_EQ(details.labels.at("minpaas.test"), "docker");
  EXPECT_THAT(details.image.value, testing::StartsWith("sha256:"));
  EXPECT_TRUE(details.started_at);
  EXPECT_FALSE(details.finished_at) << "0001-01-01 is no time";
}

TEST(ContainerJson, EndedContainerHasBothTimesAndNoAddress) {
  const auto details = *parse_container(test_data("docker/container_exited.json"));
  EXPECT_EQ(details.state, RunState::Exited);
  EXPECT_EQ(details.pid, 0);
  EXPECT_EQ(details.address, "");
  EXPECT_LT(*details.started_at, *details.finished_at);
}

TEST(ContainerJson, FailedStartKeepsTheEnginesWords) {
  const auto details = *parse_container(test_data("docker/container_failed_start.json"));
  EXPECT_EQ(details.state, RunState::Created);
  EXPECT_EQ(details.exit_code, 127);
  EXPECT_THAT(details.error, testing::HasSubstr("/nope: no such file or directory"));
}

TEST(ContainerJson, AddressIsReadFromTheNetworks) {
  // API 1.52 has no NetworkSettings.IPAddress any more.
  const auto details = *parse_container(
      R"({"Id":"a","State":{"Status":"running"},"NetworkSettings":{"Networks":{
          "a-net":{"IPAddress":""},"b-net":{"IPAddress":"10.0.0.2"}}}})");
  EXPECT_EQ(details.address, "10.0.0.2");
}

TEST(ContainerJson, ListIsRead) {
  const auto list = *parse_container_list(test_data("docker/container_list.json"));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].name, "minpaas-docker-capture");
  EXPECT_EQ(list[0].state, RunState::Exited);
  EXPECT_EQ(list[0].labels.at("minpaas.test"), "docker");
  EXPECT_THAT(list[0].image.value, testing::StartsWith("sha256:"));
}

TEST(ContainerJson, WhatIsMissingReadsAsEmptyAndGarbageIsCorrupt) {
  EXPECT_TRUE(
      parse_container(R"({"Id":"a","State":{"Status":"created"},"Config":{"Labels":null}})"));
  for (const char* garbage : {"", "null", "[]", "{}", R"({"Id":7})", R"({"Id":"a"})",
                              R"({"Id":"a","State":{"Status":"dancing"}})"}) {
    EXPECT_EQ(parse_container(garbage).error().code, ErrorCode::Corrupt) << garbage;
  }
  EXPECT_EQ(parse_container_list("{}").error().code, ErrorCode::Corrupt);
  EXPECT_EQ(parse_container_list("[{}]").error().code, ErrorCode::Corrupt);
}

TEST(CreateBody, HardensEveryContainer) {
  ContainerSpec spec;
  spec.name = "web";
  spec.image = {"sha256:ab"};
  const auto host = json::parse(create_body(spec)).at("HostConfig");
  EXPECT_EQ(host.at("Init"), true);
  EXPECT_EQ(host.at("CapDrop"), json({"ALL"}));
  EXPECT_EQ(host.at("SecurityOpt"), json({"no-new-privileges:true"}));
  EXPECT_EQ(host.at("PidsLimit"), 512);
  EXPECT_EQ(host.at("LogConfig").at("Type"), "json-file");
  EXPECT_EQ(host.at("LogConfig").at("Config").at("max-size"), "10m");
  EXPECT_EQ(host.at("LogConfig").at("Config").at("max-file"), "3");
  EXPECT_EQ(host.at("RestartPolicy").at("Name"), "no");
  EXPECT_FALSE(host.contains("PortBindings"));
  EXPECT_FALSE(host.contains("Memory"));
}

TEST(CreateBody, WritesWhatTheSpecAsksFor) {
  ContainerSpec spec;
  spec.image = {"sha256:ab"};
  spec.command = "exec gunicorn \"$APP\"";
  spec.env = {{"QUOTED", "a \"b\" $c\nd"}, {"EMPTY", ""}};
  spec.labels = {{"minpaas.app", "blog"}};
  spec.internal_port = 8080;
  spec.host_port = 10001;
  spec.host_address = "127.0.0.1";
  spec.memory_bytes = 512LL << 20;
  spec.cpus = 0.5;
  const auto body = json::parse(create_body(spec));
  EXPECT_EQ(body.at("Entrypoint"), json({"/bin/sh", "-c"}));
  EXPECT_EQ(body.at("Cmd"), json({"exec gunicorn \"$APP\""}));
  EXPECT_EQ(body.at("Env"), json({"EMPTY=", "QUOTED=a \"b\" $c\nd"}));
  EXPECT_EQ(body.at("Labels").at("minpaas.app"), "blog");
  EXPECT_TRUE(body.at("ExposedPorts").contains("8080/tcp"));
  const auto& host = body.at("HostConfig");
  EXPECT_EQ(host.at("PortBindings").at("8080/tcp"),
            json::parse(R"([{"HostIp":"127.0.0.1","HostPort":"10001"}])"));
  EXPECT_EQ(host.at("Memory"), 512LL << 20);
  EXPECT_EQ(host.at("MemorySwap"), 512LL << 20) << "no swap beyond it";
  EXPECT_EQ(host.at("NanoCpus"), 500'000'000);
}

TEST(CreateBody, AsksForItsAddress) {
  const auto body = json::parse(create_body({.network = "apps"}, "172.18.0.7"));
  EXPECT_EQ(
      body.at("NetworkingConfig"),
      json::parse(R"({"EndpointsConfig":{"apps":{"IPAMConfig":{"IPv4Address":"172.18.0.7"}}}})"));
  EXPECT_FALSE(json::parse(create_body({.network = "apps"})).contains("NetworkingConfig"));
}

TEST(CreateBody, EmptyCommandLeavesTheImagesOwn) {
  ContainerSpec spec;
  spec.image = {"sha256:ab"};
  const auto body = json::parse(create_body(spec));
  EXPECT_FALSE(body.contains("Cmd"));
  EXPECT_FALSE(body.contains("Entrypoint"));
}

TEST(CreateBody, WordsAreRunWithoutAShell) {
  const json body = json::parse(create_body({.words = {"printf", "%s", "$HOME"}}));
  EXPECT_EQ(body["Entrypoint"], json({"printf"}));
  EXPECT_EQ(body["Cmd"], json({"%s", "$HOME"}));
  EXPECT_EQ(json::parse(create_body({.words = {"ls"}}))["Cmd"], json::array());
}

TEST(CreateBody, ProgramForAPersonHasATerminalAndNoLog) {
  const json body = json::parse(create_body({.words = {"sh"},
                                             .open_input = true,
                                             .terminal = WindowSize{.columns = 99, .rows = 33},
                                             .keep_log = false}));
  EXPECT_EQ(body["Tty"], true);
  EXPECT_EQ(body["OpenStdin"], true);
  EXPECT_EQ(body["StdinOnce"], true) << "its input ends when the attachment's does";
  EXPECT_EQ(body["HostConfig"]["ConsoleSize"], json({33, 99}));
  EXPECT_EQ(body["HostConfig"]["LogConfig"], json({{"Type", "none"}}));
}

TEST(CreateBody, BytesThatAreNoUtf8DoNotBreakIt) {
  ContainerSpec spec;
  spec.env = {{"RAW", "\xff\xfe"}};
  EXPECT_TRUE(json::accept(create_body(spec)));
}

TEST(ImageJson, ImageIsRead) {
  const auto image = *parse_image(test_data("docker/image.json"));
  EXPECT_THAT(image.tags, ElementsAre("minpaas-docker-capture:ms"));
  EXPECT_EQ(image.labels.at("minpaas.test"), "docker");
  EXPECT_THAT(image.exposed_tcp_ports, ElementsAre(80, 8080)) << "ascending, no UDP";
  EXPECT_GT(image.size_bytes, 0);
}

TEST(ImageJson, ListIsRead) {
  const auto list = *parse_image_list(test_data("docker/image_list.json"));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_THAT(list[0].tags, ElementsAre("minpaas-docker-capture:ms"));
  EXPECT_EQ(list[0].labels.at("minpaas.test"), "docker");
}

TEST(ImageJson, UntaggedImageHasNoTags) {
  EXPECT_TRUE(parse_image(R"({"Id":"sha256:a","RepoTags":null})")->tags.empty());
  EXPECT_TRUE(parse_image(R"({"Id":"sha256:a","RepoTags":["<none>:<none>"]})")->tags.empty());
}

TEST(ImageJson, PullWithoutTagWouldFetchAllOfThem) {
  EXPECT_EQ(with_default_tag("python"), "python:latest");
  EXPECT_EQ(with_default_tag("localhost:5000/a/python"), "localhost:5000/a/python:latest");
  EXPECT_EQ(with_default_tag("localhost:5000/python:3"), "localhost:5000/python:3");
  EXPECT_EQ(with_default_tag("python@sha256:ab"), "python@sha256:ab");
}

TEST(ImageJson, PullTellsProgressAndFailure) {
  const auto progress =
      *parse_pull_line(R"({"status":"Pulling fs layer","progressDetail":{},"id":"a1b2"})");
  EXPECT_EQ(progress.layer, "a1b2");
  EXPECT_EQ(progress.status, "Pulling fs layer");
  // API 1.48 deprecates the outer "error".
  const auto failed = parse_pull_line(R"({"errorDetail":{"message":"no space left on device"}})");
  EXPECT_EQ(failed.error().code, ErrorCode::NoSpace);
}

TEST(EventJson, EventsAreRead) {
  std::vector<std::string> actions;
  const std::string text = test_data("docker/events.jsonl");
  for (const auto line : split(trim(text), '\n')) {
    const auto event = **parse_event(line);
    actions.push_back(event.action);
    EXPECT_EQ(event.labels.at("minpaas.test"), "docker");
    EXPECT_FALSE(event.labels.contains("name")) << "no label";
    EXPECT_EQ(event.container.value.size(), 64U);
    EXPECT_GT(event.at, SystemTime(seconds(1'700'000'000)));
  }
  EXPECT_THAT(actions, ElementsAre("create", "start", "die"));
}

TEST(EventJson, DieCarriesTheStatus) {
  const auto event = **parse_event(
      R"({"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":{"exitCode":"137"}},"timeNano":1})");
  EXPECT_EQ(event.exit_code, 137);
}

TEST(EventJson, OtherKindsAreAbsentAndGarbageIsCorrupt) {
  EXPECT_FALSE(parse_event(R"({"Type":"network","Action":"connect"})")->has_value());
  EXPECT_EQ(parse_event("{").error().code, ErrorCode::Corrupt);
  EXPECT_EQ(parse_event(R"({"Type":"container"})").error().code, ErrorCode::Corrupt);
}

TEST(EventJson, TimesAreWrittenAsTheEngineReadsThem) {
  EXPECT_EQ(engine_time(SystemTime(std::chrono::microseconds(1'795'616'785'000'007))),
            "1795616785.000007000");
}

TEST(Filters, EmptyValueAsksForTheNameAlone) {
  EXPECT_EQ(label_filter({}), "{}");
  EXPECT_EQ(label_filter({{"minpaas.app", "blog"}, {"minpaas.process", ""}}),
            R"({"label":["minpaas.app=blog","minpaas.process"]})");
}

}  // namespace
}  // namespace minpaas::docker
