#include <fmt/format.h>

#include "core/base/text.h"
#include "core/base/text_cut.h"
#include "hooks/access/key_owners.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/role.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {

Result<Role> parse_role(std::string_view word) {
  if (word == "admin") {
    return Role::Admin;
  }
  if (word == "member") {
    return Role::Member;
  }
  return Error{ErrorCode::InvalidInput, fmt::format("'{}' is no role", shown_if_short(word, 40)),
               "the roles are admin and member", ""};
}

std::string_view role_phrase(Role role) {
  return role == Role::Admin ? "an administrator" : "a member";
}

namespace {

constexpr Operand kApp{"APP"};
constexpr Option kRole{.name = "role", .value = "ROLE", .help = "admin or member (when left out)"};
constexpr Option kNewRole{
    .name = "role", .value = "ROLE", .help = "admin or member", .required = true};

Result<AppRight> parse_right(const std::string& word) {
  const auto right = app_right_from(word);
  return right ? Result<AppRight>(*right)
               : Error{ErrorCode::InvalidInput,
                       fmt::format("'{}' is no right", shown_if_short(word, 40)),
                       "the rights are read, deploy and admin, each with those before it", ""};
}

Json to_json(const state::UserRow& row) {
  return {{"name", row.name},
          {"role", state::role_text(row.role)},
          {"keys", row.keys},
          {"apps", row.apps},
          {"created_at", json_time(row.created_at)},
          {"last_seen_at", json_time(row.last_seen_at)}};
}

Json to_json(const state::GrantRow& row) {
  return {{"user", row.user},
          {"right", to_string(row.right)},
          {"granted_by", row.granted_by},
          {"created_at", json_time(row.created_at)}};
}

template <typename Rows>
Json list_json(const Rows& rows) {
  Json all = Json::array();
  for (const auto& row : rows) {
    all.push_back(to_json(row));
  }
  return all;
}

Result<int> list(Invocation& call) {
  if (const auto after = call.args.value("after")) {
    TRY(hooks::check_person_name(*after));
  }
  auto users = TRY(call.platform.people().users(call.actor));
  TRY(keep_part(call.args, users, ListOrder::ByKey,
                [](const state::UserRow& row) { return row.name; }));
  if (call.out.is_json()) {
    call.out.json(list_json(users));
    return 0;
  }
  if (users.empty() && !call.args.value("after")) {
    call.out.note("There are no users; the administrators' file may still let people in");
    return 0;
  }
  std::vector<Row> rows{{"NAME", "ROLE", "KEYS", "APPS", "ADDED", "LAST SEEN"}};
  const SystemTime now = call.clock.now();
  for (const auto& row : users) {
    rows.push_back({row.name, state::role_text(row.role), std::to_string(row.keys),
                    row.role == Role::Admin ? "all" : std::to_string(row.apps),
                    format_age(row.created_at, now),
                    row.last_seen_at ? format_age(*row.last_seen_at, now) : "never"});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<int> add(Invocation& call) {
  const Role role = TRY(parse_role(call.args.value("role").value_or("member")));
  const auto row = TRY(call.platform.people().add_user(call.actor, call.args.operand(0), role));
  if (call.out.is_json()) {
    call.out.json(to_json(row));
    return 0;
  }
  call.out.note(fmt::format("Added {}, {}", printable(row.name), role_phrase(row.role)));
  call.out.note(
      fmt::format("hint: let them in: ssh minpaas keys:add {0}-laptop --user {0} < their_key.pub",
                  printable(row.name)));
  return 0;
}

Result<int> set(Invocation& call) {
  const auto word = call.args.value("role");
  if (!word) {
    return Error{ErrorCode::InvalidInput, "users:set: what is to change?",
                 fmt::format("users:set {} --role member", printable(call.args.operand(0))), ""};
  }
  const Role role = TRY(parse_role(*word));
  const auto row = TRY(call.platform.people().set_role(call.actor, call.args.operand(0), role));
  if (call.out.is_json()) {
    call.out.json(to_json(row));
  } else {
    call.out.note(fmt::format("{} is {} now", printable(row.name), role_phrase(row.role)));
  }
  return 0;
}

Result<int> remove(Invocation& call) {
  const std::string& name = call.args.operand(0);
  TRY(call.platform.people().remove_user(call.actor, name));
  if (call.out.is_json()) {
    call.out.json(Json{{"name", name}, {"removed", true}});
  } else {
    call.out.note(fmt::format("Removed {} with their keys and rights", printable(name)));
  }
  return 0;
}

Result<int> access(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto grants = TRY(call.platform.people().access(call.actor, app));
  if (call.out.is_json()) {
    call.out.json(list_json(grants));
    return 0;
  }
  if (grants.empty()) {
    call.out.note(fmt::format("Only administrators have access to {}", app.str()));
    return 0;
  }
  std::vector<Row> rows{{"USER", "RIGHT", "BY", "SINCE"}};
  for (const auto& row : grants) {
    rows.push_back({row.user, std::string(to_string(row.right)), row.granted_by,
                    format_age(row.created_at, call.clock.now())});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<int> grant(Invocation& call) {
  const AppName app = TRY(call.app());
  const AppRight right = TRY(parse_right(call.args.operand(2)));
  const auto row = TRY(call.platform.people().grant(call.actor, app, call.args.operand(1), right));
  if (call.out.is_json()) {
    call.out.json(to_json(row));
  } else {
    call.out.note(fmt::format("{} has the right {} on {}", printable(row.user),
                              to_string(row.right), app.str()));
  }
  return 0;
}

Result<int> revoke(Invocation& call) {
  const AppName app = TRY(call.app());
  const std::string& user = call.args.operand(1);
  TRY(call.platform.people().revoke(call.actor, app, user));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"user", user}, {"revoked", true}});
  } else {
    call.out.note(fmt::format("{} has no right to {} any more", printable(user), app.str()));
  }
  return 0;
}

}  // namespace

std::vector<Command> people_commands() {
  return {
      {.verb = "users",
       .summary = "List the users of this server",
       .options = {limit_option(kMostOfAll), after_option("NAME")},
       .only_reads = true,
       .run = list},
      {.verb = "users:add",
       .summary = "Add a user",
       .operands = {{"NAME"}},
       .options = {kRole},
       .example = "bob --role member",
       .details = "An administrator may do everything; a member (when --role is left out) what "
                  "access:grant gives\nthem, and what they make themselves.",
       .run = add},
      {.verb = "users:set",
       .summary = "Make a user an administrator or a member",
       .operands = {{"NAME"}},
       .options = {kNewRole},
       .example = "bob --role admin",
       .run = set},
      {.verb = "users:remove",
       .summary = "Remove a user with their keys and rights",
       .operands = {{"NAME"}},
       .example = "bob",
       .details = "Connections that have logged in with one of these keys end.",
       .run = remove},
      {.verb = "access",
       .summary = "List who has which right to an app",
       .operands = {kApp},
       .example = "blog",
       .only_reads = true,
       .run = access},
      {.verb = "access:grant",
       .summary = "Give a member a right to an app",
       .operands = {kApp, {"USER"}, {"RIGHT"}},
       .example = "blog bob deploy",
       .details =
           "read: see everything but config values, clone and fetch. deploy: also push, change "
           "config and\nprocesses, run programs. admin: also limits, certificates, lock, "
           "destroy, grant and revoke.\nIt takes the place of the right that they had.",
       .needs = AppRight::Admin,
       .run = grant},
      {.verb = "access:revoke",
       .summary = "Take a member's right to an app away",
       .operands = {kApp, {"USER"}},
       .example = "blog bob",
       .needs = AppRight::Admin,
       .run = revoke},
  };
}

}  // namespace minpaas::sshd::commands
