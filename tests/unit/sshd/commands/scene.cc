#include "tests/unit/sshd/commands/scene.h"

#include "core/base/log.h"

namespace minpaas::sshd::commands::test {
namespace {

Oid oid(char digit) {
  return *Oid::parse(std::string(Oid::kHexCharacters, digit));
}

}  // namespace

Scene::Scene() {
  log::set_level(log::Level::Error);
  const ProcessType web = ProcessType::web();
  const ProcessType worker = *ProcessType::parse("worker");
  static_cast<void>(platform.create_app(actor, *AppName::parse("shop")));
  platform.deploy("blog", oid('1'));
  clock.advance(std::chrono::hours(2));
  const ConfigVars config = {{*ConfigKey::parse("DEBUG"), Secret("false")},
                             {*ConfigKey::parse("SECRET_KEY"), Secret("hunter2\nline two")}};
  static_cast<void>(
      platform.change_config(actor, *AppName::parse("blog"), config, {},
                             {.line = [](auto) { return true; }, .tick = [] {}, .gone = {}}));
  platform.deploy("blog", oid('2'));
  for (const char* text : {"listening on 8000", "\x1b[32mGET\x1b[0m / \x1b]0;title\x07 200"}) {
    platform.add_log("blog", {web, 1, clock.now(), text});
    clock.advance(std::chrono::milliseconds(1500));
  }
  platform.add_log("blog", {worker, 2, clock.now(), "done \xff"});
  clock.advance(std::chrono::minutes(5));
  static_cast<void>(platform.people().add_key(
      actor, {.name = "laptop", .public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1 ada@home"}));
  platform.findings = {
      {"docker engine", hooks::CheckLevel::Ok, "version 20.10.24", ""},
      {"disk", hooks::CheckLevel::Warning, "1.9 GB are free", "make room under /var/lib/docker"}};
}

Said Scene::run(std::string_view command, std::string input) {
  out.text.clear();
  err.text.clear();
  minpaas::test::MemoryReader in(std::move(input), 7);
  CommandHandler handler(platform, clock);
  ExecRequest request{.actor = actor,
                      .command = std::string(command),
                      .env = {},
                      .has_terminal = has_terminal,
                      .window = {},
                      .terminal_type = {}};
  ExecStreams streams{in, out, err, gone.get_token()};
  const int status = handler.run(request, streams);
  return {status, out.text, err.text};
}

}  // namespace minpaas::sshd::commands::test
