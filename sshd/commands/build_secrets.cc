#include <fmt/format.h>

#include "sshd/commands/config_changes.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto rows = TRY(call.platform.build_secrets().list(call.actor, app));
  if (call.out.is_json()) {
    Json list = Json::array();
    for (const state::BuildSecretRow& row : rows) {
      list.push_back(Json{
          {"key", row.key.str()}, {"set_at", format_rfc3339(row.set_at)}, {"set_by", row.set_by}});
    }
    call.out.json(list);
    return 0;
  }
  if (rows.empty()) {
    call.out.note(fmt::format("{} has no build secrets; to set one: build-secrets:set {} KEY=VALUE",
                              app.str(), app.str()));
    return 0;
  }
  std::vector<Row> table{{"KEY", "SET", "BY"}};
  for (const state::BuildSecretRow& row : rows) {
    table.push_back({row.key.str(), format_age(row.set_at, call.clock.now()), row.set_by});
  }
  call.out.table(std::move(table));
  return 0;
}

int report(Invocation& call, const AppName& app, std::string_view done,
           const std::vector<ConfigKey>& keys) {
  if (call.out.is_json()) {
    Json names = Json::array();
    for (const ConfigKey& key : keys) {
      names.push_back(key.str());
    }
    call.out.json(Json{{"app", app.str()}, {"keys", names}});
  } else {
    call.out.note(
        fmt::format("{} {}; the next build of {} goes by it", done, names_of(keys), app.str()));
  }
  return 0;
}

Result<int> set(Invocation& call) {
  const AppName app = TRY(call.app());
  const ConfigVars values = TRY(read_config_changes(call, "build-secrets:set " + app.str()));
  TRY(call.platform.build_secrets().set(call.actor, app, values));
  std::vector<ConfigKey> keys;
  for (const auto& [key, value] : values) {
    keys.push_back(key);
  }
  return report(call, app, "Set", keys);
}

Result<int> unset(Invocation& call) {
  const AppName app = TRY(call.app());
  std::vector<ConfigKey> keys;
  for (const Word& word : call.args.operands_from(1)) {
    keys.push_back(TRY(parse_config_name(word.text, "build-secrets:unset")));
  }
  TRY(call.platform.build_secrets().unset(call.actor, app, keys));
  return report(call, app, "Removed", keys);
}

}  // namespace

std::vector<Command> build_secrets_commands() {
  return {
      {.verb = "build-secrets",
       .summary = "List what the builds of an app may read, without values",
       .operands = {kApp},
       .example = "blog",
       .needs = AppRight::Deploy,
       .only_reads = true,
       .run = list},
      {.verb = "build-secrets:set",
       .summary = "Set secrets for the builds of an app",
       .operands = {kApp, {"KEY=VALUE", Arity::Several}},
       .example = "blog NPM_TOKEN=npm_1a2b3c",
       .details =
           "Steps of a build have them as environment variables; a Dockerfile of your own reads "
           "them as\n"
           "files, /run/secrets/KEY, in the RUN steps that ask: RUN --mount=type=secret,id=KEY.\n"
           "They are in no image, no layer and no history, and the running app does not have "
           "them.\n"
           "Nothing is built or restarted by this. Values are typed as for config:set (KEY=- and - "
           "too)\n"
           "and never shown again.",
       .words_may_be_secret = true,
       .needs = AppRight::Deploy,
       .run = set},
      {.verb = "build-secrets:unset",
       .summary = "Remove secrets for the builds of an app",
       .operands = {kApp, {"KEY", Arity::Several}},
       .example = "blog NPM_TOKEN",
       .words_may_be_secret = true,
       .needs = AppRight::Deploy,
       .run = unset},
  };
}

}  // namespace minpaas::sshd::commands
