#include "tests/unit/sshd/commands/examples.h"

#include <fmt/format.h>

#include <map>
#include <vector>

namespace minpaas::sshd::commands::test {
namespace {

/// What has to be there before.
void prepare(std::string_view verb, Scene& scene) {
  using Lines = std::vector<std::pair<const char*, const char*>>;
  static const std::map<std::string_view, Lines> before{
      {"access:revoke", {{"access:grant blog bob read", ""}}},
      {"storage:unmount", {{"storage:mount blog data:/data", ""}}},
      {"storage:remove", {{"storage:mount blog data:/data", ""}}},
      {"build-secrets:unset", {{"build-secrets:set blog NPM_TOKEN=x", ""}}},
      {"tokens:revoke", {{"tokens:create ci", ""}}},
      {"certs:remove", {{"certs:add blog", "good"}}},
      {"domains:remove", {{"domains:add blog www.example.com", ""}}},
  };
  auto& people = scene.platform.people();
  static_cast<void>(people.add_key(
      scene.actor,
      {.name = "x", .public_key = "ssh-ed25519 uNiVztksCsDhcc0u9e8BrvQeKKNpnCs0wyPxEUIrfXo"}));
  if (verb != "users:add") {
    static_cast<void>(people.add_user(scene.actor, "bob", Role::Member));
  }
  if (const auto lines = before.find(verb); lines != before.end()) {
    for (const auto& [line, input] : lines->second) {
      scene.run(line, input);
    }
  }
}

}  // namespace

Example example_of(const Command& command) {
  std::string line = fmt::format("{} {}", command.verb, command.example);
  if (command.verb == "config:export") {
    line = "config:export blog";  // its example shows --format, which --json replaces
  }
  const bool reads = line.find('<') != std::string::npos;
  return {line.substr(0, line.find_first_of("<>")), reads ? "ssh-ed25519 DDDD" : ""};
}

Example working_example_of(const Command& command, Scene& scene) {
  prepare(command.verb, scene);
  auto [line, input] = example_of(command);
  if (command.verb == "claim") {
    scene.actor.role = Role::Stranger;
  } else if (command.verb == "apps:create") {
    line += "2";
  } else if (command.verb == "builds:output") {
    line = "builds:output blog 1";
  } else if (command.verb == "logs") {
    scene.gone.request_stop();
  } else if (command.verb == "certs:add") {
    input = "good";
  } else if (command.verb == "certs:remove") {
    line = "certs:remove blog blog.example";
  }
  return {line, input};
}

}  // namespace minpaas::sshd::commands::test
