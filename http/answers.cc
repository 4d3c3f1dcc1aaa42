#include "http/answers.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "http/schema.h"

namespace minpaas::http {
namespace {

using namespace schema;
using Answers = std::map<std::string, Json, std::less<>>;

Members app() {
  return {{"name", text()},         {"runtime", or_null(text())},
          {"status", text()},       {"release", or_null(text())},
          {"url", or_null(text())}, {"maintenance", flag()}};
}

Members app_info() {
  return app() + Members{{"commit", or_null(text())},
                         {"released_at", or_null(time())},
                         {"port", whole()},
                         {"deploy_branch", text()},
                         {"chosen_runtime", or_null(text())},
                         {"git_url_path", text()},
                         {"overlap", flag()},
                         {"drain_timeout_seconds", whole()},
                         {"stop_timeout_seconds", whole()},
                         {"processes", map_of(whole())},
                         {"config_keys", list_of(text())},
                         {"domains", list_of(text())},
                         {"created_at", time()},
                         {"locked_by", or_null(text())},
                         {"locked_at", or_null(time())}};
}

Members release() {
  return {{"release", text()},     {"state", text()}, {"commit", or_null(text())},
          {"description", text()}, {"actor", text()}, {"created_at", time()},
          {"runtime", text()},     {"image", text()}, {"processes", map_of(text())}};
}

Members release_info() {
  return release() + Members{{"formation", map_of(whole())},
                             {"config_version", whole()},
                             {"config_keys", list_of(text())},
                             {"image_state", text()}};
}

Members commit() {
  return {{"commit", text()}, {"author", text()}, {"subject", text()}};
}

Members change(const Json& value) {
  return {{"from", value}, {"to", value}};
}

Members release_diff() {
  return {{"from", text()},
          {"to", text()},
          {"commits",
           object(change(or_null(text())) + Members{{"added", list_of(object(commit()))},
                                                    {"removed", list_of(object(commit()))}})},
          {"config", object({{"added", list_of(text())},
                             {"changed", list_of(text())},
                             {"removed", list_of(text())}})},
          {"formation", map_of(object(change(or_null(whole()))))},
          {"processes", map_of(object(change(or_null(text()))))},
          {"image", object(change(text()))}};
}

Members deploy() {
  return {{"app", text()},
          {"deploy", or_null(whole())},
          {"status", text()},
          {"release", or_null(text())},
          {"url", or_null(text())}};
}

Members build() {
  return {{"id", whole()},
          {"kind", text()},
          {"status", text()},
          {"commit", or_null(text())},
          {"ref", or_null(text())},
          {"release", or_null(text())},
          {"actor", text()},
          {"note", or_null(text())},
          {"reason", or_null(text())},
          {"created_at", time()},
          {"finished_at", or_null(time())}};
}

Members limits() {
  return {{"memory_bytes", whole()}, {"cpus", number()}, {"pids", whole()}};
}

Members process() {
  return Members{{"process", text()},   {"type", text()},    {"index", whole()},
                 {"state", text()},     {"release", text()}, {"since", or_null(time())},
                 {"restarts", whole()}, {"command", text()}, {"container", or_null(text())}} +
         limits();
}

Members resources() {
  return Members{{"process", or_null(text())}} + limits() +
         Members{{"set", object({{"memory_bytes", or_null(whole())},
                                 {"cpus", or_null(number())},
                                 {"pids", or_null(whole())}})}};
}

Members check() {
  return {{"process", text()},
          {"kind", one_of({"startup", "liveness", "readiness"})},
          {"name", text()},
          {"check", text()},
          {"warns", flag()},
          {"from", text()},
          {"within_seconds", or_null(whole())},
          {"timeout_seconds", or_null(whole())},
          {"attempts", or_null(whole())},
          {"wait_seconds", or_null(whole())},
          {"set", object({{"path", or_null(text())},
                          {"deadline_seconds", or_null(whole())},
                          {"timeout_seconds", or_null(whole())},
                          {"attempts", or_null(whole())},
                          {"wait_seconds", or_null(whole())}})}};
}

Members cron_run() {
  return {{"id", text()},
          {"run", whole()},
          {"schedule", text()},
          {"command", text()},
          {"started_by", or_null(text())},
          {"release", text()},
          {"state", text()},
          {"status", or_null(whole())},
          {"started_at", time()},
          {"finished_at", or_null(time())},
          {"output", or_null(text())}};
}

Members cron_entry() {
  return {{"id", text()},
          {"schedule", text()},
          {"command", text()},
          {"last", or_null(ref("CronRun"))},
          {"next", or_null(time())}};
}

Members volume() {
  return {{"app", text()},           {"app_is_gone", flag()}, {"name", text()},
          {"path", or_null(text())}, {"volume", text()},      {"created_at", time()}};
}

Members host_certificate() {
  return {{"host", text()},
          {"state", text()},
          {"source", or_null(text())},
          {"issuer", or_null(text())},
          {"names", list_of(text())},
          {"fingerprint", or_null(text())},
          {"not_before", or_null(time())},
          {"not_after", or_null(time())},
          {"last_error", or_null(text())},
          {"next_attempt_at", or_null(time())}};
}

Members user() {
  return {{"name", text()},       {"role", one_of({"admin", "member"})},
          {"keys", whole()},      {"apps", whole()},
          {"created_at", time()}, {"last_seen_at", or_null(time())}};
}

Members grant() {
  return {{"user", text()},
          {"right", one_of({"read", "deploy", "admin"})},
          {"granted_by", text()},
          {"created_at", time()}};
}

Members key() {
  return {{"name", text()},
          {"user", text()},
          {"role", one_of({"admin", "member"})},
          {"type", text()},
          {"fingerprint", text()},
          {"comment", text()},
          {"scope", list_of(text())},
          {"from", list_of(text())},
          {"expires_at", or_null(time())},
          {"created_at", time()},
          {"last_used_at", or_null(time())}};
}

Members token() {
  return {{"id", text()},
          {"name", text()},
          {"owner", text()},
          {"scope", list_of(text())},
          {"created_at", time()},
          {"expires_at", or_null(time())},
          {"last_used_at", or_null(time())}};
}

Members event() {
  return {{"seq", whole()},          {"time", time()},
          {"actor", text()},         {"credential", or_null(text())},
          {"from", or_null(text())}, {"app", or_null(text())},
          {"action", text()},        {"detail", or_null(text())},
          {"result", text()}};
}

Members finding() {
  return {{"what", text()}, {"level", text()}, {"detail", text()}, {"hint", or_null(text())}};
}

/// What was done to an app, in a word that is true or a list.
Json about_app(const std::string& name, const Json& value) {
  return object({{"app", text()}, {name, value}});
}

Json gone(const std::string& name) {
  return object({{name, text()}, {"removed", flag()}});
}

Answers of_apps() {
  return {
      {"apps", list_of(ref("App"))},
      {"apps:create", ref("AppInfo")},
      {"apps:info", ref("AppInfo")},
      {"apps:set", ref("AppInfo")},
      {"apps:rename", ref("AppInfo")},
      {"apps:lock", about_app("locked", flag())},
      {"apps:unlock", about_app("locked", flag())},
      {"apps:destroy", about_app("destroyed", flag())},
      {"config", map_of(text())},
      {"config:export", map_of(text())},
      {"config:get", object({{"app", text()}, {"key", text()}, {"value", text()}})},
      {"build-secrets", list_of(object({{"key", text()}, {"set_at", time()}, {"set_by", text()}}))},
      {"build-secrets:set", about_app("keys", list_of(text()))},
      {"build-secrets:unset", about_app("keys", list_of(text()))},
      {"deploy-key", object({{"app", text()}, {"public_key", text()}, {"created_at", time()}})},
      {"logs", list_of(object({{"time", time()}, {"source", text()}, {"text", text()}}))},
      {"domains",
       list_of(object({{"host", text()}, {"source", text()}, {"added_at", or_null(time())}}))},
      {"domains:add", about_app("added", list_of(text()))},
      {"domains:remove", about_app("removed", list_of(text()))},
      {"maintenance:on", about_app("maintenance", flag())},
      {"maintenance:off", about_app("maintenance", flag())},
      {"certs", ref("Certificates")},
      {"certs:add", ref("Certificates")},
      {"certs:auto", ref("Certificates")},
      {"certs:remove", about_app("removed", list_of(text()))}};
}

Answers of_processes() {
  Answers all{{"ps", list_of(ref("Process"))},
              {"resources", list_of(ref("Resources"))},
              {"resources:set",
               object({{"app", text()},
                       {"updated", list_of(text())},
                       {"kept", list_of(object({{"process", text()}, {"reason", text()}}))}})},
              {"checks", list_of(ref("Check"))},
              {"checks:set", object({{"app", text()}, {"process", text()}})},
              {"cron", list_of(ref("CronEntry"))},
              {"cron:history", list_of(ref("CronRun"))},
              {"storage", list_of(ref("Volume"))},
              {"storage:remove", gone("volume")},
              {"releases", list_of(ref("Release"))},
              {"releases:info", any_of({ref("ReleaseInfo"), ref("ReleaseDiff")})},
              {"builds", list_of(ref("Build"))},
              {"builds:output",
               list_of(any_of({object({{"line", text()}}), object({{"build", ref("Build")}})}))},
              {"builds:cancel", about_app("cancelled", whole())}};
  for (const char* verb :
       {"deploy", "config:set", "config:unset", "ps:restart", "ps:scale", "ps:stop", "ps:start",
        "ps:rebuild", "rollback", "storage:mount", "storage:unmount"}) {
    all.emplace(verb, ref("Deploy"));
  }
  for (const char* verb : {"run", "exec", "cron:run"}) {
    all.emplace(verb, ref("Program"));
  }
  return all;
}

Answers of_people() {
  return {{"users", list_of(ref("User"))},
          {"users:add", ref("User")},
          {"users:set", ref("User")},
          {"users:remove", gone("name")},
          {"access", list_of(ref("Grant"))},
          {"access:grant", ref("Grant")},
          {"access:revoke", object({{"app", text()}, {"user", text()}, {"revoked", flag()}})},
          {"keys", list_of(ref("Key"))},
          {"keys:add", ref("Key")},
          {"keys:remove", gone("fingerprint")},
          {"tokens", list_of(ref("Token"))},
          {"tokens:create", object(token() + Members{{"token", text()}})},
          {"tokens:revoke",
           object({{"id", text()}, {"name", text()}, {"owner", text()}, {"revoked", flag()}})},
          {"events", list_of(ref("Event"))},
          {"events:verify",
           object({{"intact", whole()}, {"fault", or_null(text())}, {"head", or_null(text())}})},
          {"version", object({{"version", text()}})},
          {"doctor", object({{"ok", flag()}, {"findings", list_of(object(finding()))}})}};
}

Answers make_answers() {
  auto all = of_apps();
  all.merge(of_processes());
  all.merge(of_people());
  return all;
}

}  // namespace

Json answer_schemas() {
  return {
      {"App", object(app())},
      {"AppInfo", object(app_info())},
      {"Release", object(release())},
      {"ReleaseInfo", object(release_info())},
      {"ReleaseDiff", object(release_diff())},
      {"Deploy", object(deploy())},
      {"Build", object(build())},
      {"Process", object(process())},
      {"Resources", object(resources())},
      {"Check", object(check())},
      {"CronRun", object(cron_run())},
      {"CronEntry", object(cron_entry())},
      {"Volume", object(volume())},
      {"Certificates",
       object({{"app", text()}, {"auto", flag()}, {"hosts", list_of(object(host_certificate()))}})},
      {"User", object(user())},
      {"Grant", object(grant())},
      {"Key", object(key())},
      {"Token", object(token())},
      {"Event", object(event())},
      {"Program",
       object(
           {{"status", whole()}, {"stdout", text()}, {"stderr", text()}, {"truncated", flag()}})}};
}

const Json* answer_schema(std::string_view verb) {
  static const auto kAnswers = make_answers();
  const auto found = kAnswers.find(verb);
  return found == kAnswers.end() ? nullptr : &found->second;
}

}  // namespace minpaas::http
