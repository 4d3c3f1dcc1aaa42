#include <fmt/format.h>

#include "core/base/text.h"
#include "sshd/commands/access_limits.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

Json to_json(const state::TokenRow& row) {
  return {{"id", row.id},
          {"name", row.name},
          {"owner", row.owner.name},
          {"scope", scope_texts(row.scope)},
          {"created_at", json_time(row.created_at)},
          {"expires_at", json_time(row.expires_at)},
          {"last_used_at", json_time(row.last_used_at)}};
}

std::string scope_cell(const state::TokenRow& row) {
  return row.scope.is_everything() ? "everything"
                                   : fmt::format("{}", fmt::join(scope_texts(row.scope), " "));
}

std::string expiry_cell(const state::TokenRow& row, SystemTime now) {
  if (!row.expires_at) {
    return "never";
  }
  return *row.expires_at <= now ? "expired" : format_rfc3339(*row.expires_at).substr(0, 10);
}

Result<int> list(Invocation& call) {
  auto tokens = TRY(call.platform.tokens().list(call.actor));
  TRY(keep_part(call.args, tokens, ListOrder::Other,
                [](const state::TokenRow& row) { return row.id; }));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& row : tokens) {
      all.push_back(to_json(row));
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (tokens.empty() && !call.args.value("after")) {
    call.out.note("There are no tokens; make one: tokens:create NAME");
    return 0;
  }
  const SystemTime now = call.clock.now();
  std::vector<Row> rows{{"ID", "NAME", "OWNER", "SCOPE", "EXPIRES", "LAST USED"}};
  for (const auto& row : tokens) {
    rows.push_back({row.id, row.name, row.owner.name, scope_cell(row), expiry_cell(row, now),
                    row.last_used_at ? format_age(*row.last_used_at, now) : "never"});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<hooks::TokenRequest> parse_request(const Arguments& args) {
  auto scope = TRY(parse_scope(args));
  const auto lifetime = TRY(parse_lifetime(args));
  return hooks::TokenRequest{args.operand(0), std::move(scope), lifetime};
}

Result<int> create(Invocation& call) {
  const auto request = TRY(parse_request(call.args));
  const auto made = TRY(call.platform.tokens().create(call.actor, request));
  if (call.out.is_json()) {
    Json json = to_json(made.row);
    json["token"] = made.secret;
    call.out.json(json);
    return 0;
  }
  call.out.data(made.secret + "\n");
  call.out.note(fmt::format("Made the token {} ({}); keep it, it is not shown again", made.row.name,
                            made.row.id));
  return 0;
}

Result<int> revoke(Invocation& call) {
  const auto row =
      TRY(call.platform.tokens().revoke(call.actor, call.args.operand(0), call.args.value("user")));
  if (call.out.is_json()) {
    call.out.json(
        Json{{"id", row.id}, {"name", row.name}, {"owner", row.owner.name}, {"revoked", true}});
  } else {
    call.out.note(fmt::format("Revoked the token {} ({})", row.name, row.id));
  }
  return 0;
}

}  // namespace

std::vector<Command> tokens_commands() {
  return {
      {.verb = "tokens",
       .summary = "List the tokens of the HTTP API",
       .options = {limit_option(kMostOfAll), after_option("ID")},
       .only_reads = true,
       .run = list},
      {.verb = "tokens:create",
       .summary = "Make a token for the HTTP API, which is shown once",
       .operands = {{"NAME"}},
       .options = {{.name = "scope",
                    .value = "VERBS[@APPS]",
                    .help = "only these commands, only on these apps; * is any characters",
                    .repeated = true},
                   {"expires", 0, "TIME", "from now on: 12h, 90d; never unless given"}},
       .example = "ci --scope 'releases*@blog' --scope 'ps*@blog' --expires 90d",
       .details =
           "It may do what you may, and with --scope no more than one of the scopes names. A "
           "scope with\n@APPS holds for commands on those apps only, not for `apps` or "
           "`keys`. When you are removed,\nso are your tokens.",
       .run = create},
      {.verb = "tokens:revoke",
       .summary = "Make a token worthless",
       .operands = {{"NAME|ID"}},
       .options = {{.name = "user",
                    .value = "USER",
                    .help = "whose it is, where it is not yours (administrators)"}},
       .example = "ci",
       .details = "At once: what it has open ends within seconds. `tokens` lists names and ids.",
       .run = revoke},
  };
}

}  // namespace minpaas::sshd::commands
