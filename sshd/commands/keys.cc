#include <fmt/format.h>

#include "core/base/text.h"
#include "sshd/commands/access_limits.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/role.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr std::size_t kMostKeyBytes = 16 * 1024;

std::vector<std::string> source_texts(const state::KeyRow& row) {
  std::vector<std::string> texts;
  for (const AddressRange& range : row.limits.sources) {
    texts.push_back(range.str());
  }
  return texts;
}

Json to_json(const state::KeyRow& row) {
  return {{"name", row.name},
          {"user", row.user},
          {"role", state::role_text(row.role)},
          {"type", row.key.type},
          {"fingerprint", row.key.fingerprint},
          {"comment", row.key.comment},
          {"scope", scope_texts(row.limits.scope)},
          {"from", source_texts(row)},
          {"expires_at", json_time(row.limits.expires_at)},
          {"created_at", json_time(row.created_at)},
          {"last_used_at", json_time(row.last_used_at)}};
}

/// `git:push@blog, from 192.0.2.0/24, until 2026-12-01`
std::string limits_cell(const state::KeyRow& row, SystemTime now) {
  std::vector<std::string> parts = scope_texts(row.limits.scope);
  if (!row.limits.sources.empty()) {
    parts.push_back(fmt::format("from {}", fmt::join(source_texts(row), " ")));
  }
  if (const auto end = row.limits.expires_at) {
    parts.push_back(*end <= now ? "expired" : "until " + format_rfc3339(*end).substr(0, 10));
  }
  return parts.empty() ? "-" : fmt::format("{}", fmt::join(parts, ", "));
}

Result<int> list(Invocation& call) {
  auto keys = TRY(call.platform.people().keys(call.actor));
  TRY(keep_part(call.args, keys, ListOrder::Other,
                [](const state::KeyRow& row) { return row.key.fingerprint; }));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& row : keys) {
      all.push_back(to_json(row));
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (keys.empty() && !call.args.value("after")) {
    call.out.note("No keys are kept here; the administrators' file may still let people in");
    return 0;
  }
  std::vector<Row> rows{
      {"NAME", "USER", "ROLE", "TYPE", "FINGERPRINT", "ADDED", "LAST USED", "LIMITS"}};
  const SystemTime now = call.clock.now();
  for (const auto& row : keys) {
    rows.push_back({row.name, row.user, state::role_text(row.role), row.key.type,
                    row.key.fingerprint, row.created_at ? format_age(*row.created_at, now) : "-",
                    row.last_used_at ? format_age(*row.last_used_at, now) : "never",
                    limits_cell(row, now)});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<std::vector<AddressRange>> parse_sources(const Arguments& args) {
  std::vector<AddressRange> sources;
  if (const auto text = args.value("from")) {
    for (const std::string_view word : split(*text, ',')) {
      sources.push_back(TRY(AddressRange::parse(word)));
    }
  }
  return sources;
}

Result<int> add(Invocation& call) {
  const std::string text = TRY(call.read_input(kMostKeyBytes, "the public key"));
  if (trim(text).empty()) {
    return Error{ErrorCode::InvalidInput, "there is no public key on standard input",
                 fmt::format("send one: ssh minpaas keys:add {} < ~/.ssh/id_ed25519.pub",
                             call.args.operand(0)),
                 ""};
  }
  hooks::KeyRequest request{.name = call.args.operand(0),
                            .user = call.args.value("user"),
                            .public_key = std::string(trim(text))};
  request.scope = TRY(parse_scope(call.args));
  request.sources = TRY(parse_sources(call.args));
  request.lifetime = TRY(parse_lifetime(call.args));
  if (const auto role = call.args.value("role")) {
    request.role = TRY(parse_role(*role));
  }
  const auto row = TRY(call.platform.people().add_key(call.actor, request));
  call.on_record = row.key.fingerprint;
  if (call.out.is_json()) {
    call.out.json(to_json(row));
  } else {
    call.out.note(fmt::format("Added {} for {}, {} ({})", row.key.fingerprint, printable(row.user),
                              role_phrase(row.role), row.key.type));
  }
  return 0;
}

Result<int> remove(Invocation& call) {
  std::string fingerprint = call.args.operand(0);
  constexpr std::string_view kHash = "SHA256:";
  if (!fingerprint.starts_with(kHash)) {
    fingerprint.insert(0, kHash);
  }
  TRY(call.platform.people().remove_key(call.actor, fingerprint));
  if (call.out.is_json()) {
    call.out.json(Json{{"fingerprint", fingerprint}, {"removed", true}});
  } else {
    call.out.note(fmt::format("Removed {}", printable(fingerprint)));
  }
  return 0;
}

}  // namespace

std::vector<Command> keys_commands() {
  return {
      {.verb = "keys",
       .summary = "List the SSH keys that may log in",
       .options = {limit_option(kMostOfAll), after_option("FINGERPRINT")},
       .only_reads = true,
       .run = list},
      {.verb = "keys:add",
       .summary = "Let an SSH key log in (public key on standard input)",
       .operands = {{"NAME"}},
       .options = {{.name = "user", .value = "USER", .help = "whose key it is; NAME when left out"},
                   {.name = "role",
                    .value = "ROLE",
                    .help = "of a user who is new: admin or member; left out: admin, of a key with "
                            "limits member"},
                   {.name = "scope",
                    .value = "VERBS[@APPS]",
                    .help = "only these commands, only on these apps; git:push and git:fetch are "
                            "commands too",
                    .repeated = true},
                   {"from", 0, "CIDR[,CIDR]", "only from these addresses: 192.0.2.0/24"},
                   {"expires", 0, "TIME", "from now on: 12h, 90d; never unless given"}},
       .example = "laptop < ~/.ssh/id_ed25519.pub",
       .details = "NAME says which key it is, and whose where --user does not. A member adds keys "
                  "of their own only.\nA key for a CI: keys:add ci --scope git:push@blog --expires "
                  "90d, then "
                  "access:grant blog ci deploy.",
       .when_too_many = "the key comes on standard input: "
                        "ssh minpaas keys:add laptop < ~/.ssh/id_ed25519.pub",
       .run = add},
      {.verb = "keys:remove",
       .summary = "Stop an SSH key from logging in",
       .operands = {{"FINGERPRINT"}},
       .example = "SHA256:uNiVztksCsDhcc0u9e8BrvQeKKNpnCs0wyPxEUIrfXo",
       .details = "`keys` lists the fingerprints; SHA256: may be left out.",
       .run = remove},
  };
}

}  // namespace minpaas::sshd::commands
