#include <fmt/format.h>

#include "core/base/text.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/progress.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

Json to_json(const state::VolumeRow& row) {
  return {{"app", row.app.str()},
          {"app_is_gone", row.app_is_gone},
          {"name", row.name.str()},
          {"path", row.path && !row.app_is_gone ? Json(row.path->str()) : Json(nullptr)},
          {"volume", row.volume},
          {"created_at", format_rfc3339(row.created_at)}};
}

std::string place_of(const state::VolumeRow& row) {
  if (row.app_is_gone) {
    return "(app is gone)";
  }
  return row.path ? row.path->str() : "-";
}

Result<int> list(Invocation& call) {
  std::optional<AppName> app;
  if (!call.args.operands_from(0).empty()) {
    app = TRY(call.app());
  }
  hooks::Storage& storage = call.platform.storage();
  auto volumes = TRY(app ? storage.of_app(call.actor, *app) : storage.all(call.actor));
  TRY(keep_part(call.args, volumes, ListOrder::Other,
                [](const state::VolumeRow& row) { return row.volume; }));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& row : volumes) {
      all.push_back(to_json(row));
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (volumes.empty() && !call.args.value("after")) {
    call.out.note(app ? fmt::format("{} has no storage", app->str()) : "there is no storage");
    return 0;
  }
  std::vector<Row> rows{{"APP", "NAME", "PATH", "VOLUME"}};
  for (const auto& row : volumes) {
    rows.push_back({row.app.str(), row.name.str(), place_of(row), row.volume});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<int> mount(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto wanted = TRY(StorageMount::parse(call.args.operand(1)));
  const Deed deed{.done = fmt::format("Mounted {} at {}", wanted.name.str(), wanted.path.str()),
                  .noun = "mount",
                  .untouched = "the storage of the app is as before",
                  .unchanged = "has it there already"};
  return report_outcome(
      call, app, deed, call.platform.storage().mount(call.actor, app, wanted, show_progress(call)));
}

/// `NAME`, or `NAME:/path` as it was mounted.
Result<StorageName> parse_name(std::string_view text) {
  return StorageName::parse(text.substr(0, text.find(':')));
}

Result<int> unmount(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto name = TRY(parse_name(call.args.operand(1)));
  const Deed deed{.done = fmt::format("Unmounted {}; its data stays", name.str()),
                  .noun = "unmount",
                  .untouched = "the storage of the app is as before",
                  .stored = "the first release will not have it"};
  return report_outcome(
      call, app, deed, call.platform.storage().unmount(call.actor, app, name, show_progress(call)));
}

Result<int> remove(Invocation& call) {
  const std::string volume(call.args.operand(0));
  if (call.args.value("confirm") != volume) {
    const std::string shown = escape_controls(volume);
    return Error{ErrorCode::InvalidInput, fmt::format("this removes {} with its data", shown),
                 fmt::format("to do it, type: storage:remove {0} --confirm {0}", shown), ""};
  }
  TRY(call.platform.storage().remove(call.actor, volume));
  if (call.out.is_json()) {
    call.out.json(Json{{"volume", volume}, {"removed", true}});
  } else {
    call.out.note("Removed " + volume);
  }
  return 0;
}

}  // namespace

std::vector<Command> storage_commands() {
  return {
      {.verb = "storage",
       .summary = "List the storage of an app, or of all",
       .operands = {{"APP", Arity::Optional}},
       .options = {limit_option(kMostOfAll), after_option("VOLUME")},
       .example = "blog",
       .details = "Storage is a folder that outlives releases, and the app. Without APP, what apps "
                  "that are gone\nhave left is listed too.",
       .only_reads = true,
       .run = list},
      {.verb = "storage:mount",
       .summary = "Give an app a folder that outlives its releases",
       .operands = {kApp, {"NAME:/PATH"}},
       .example = "blog data:/data",
       .details = "A new release whose containers, of all process types, have it; the data stays "
                  "over releases,\nrollbacks and unmounts, and when the app is destroyed.",
       .needs = AppRight::Admin,
       .run = mount},
      {.verb = "storage:unmount",
       .summary = "Take a storage out of the containers of an app",
       .operands = {kApp, {"NAME"}},
       .example = "blog data",
       .details = "Its data stays: mount it again, or remove it with storage:remove.",
       .needs = AppRight::Admin,
       .run = unmount},
      {.verb = "storage:remove",
       .summary = "Remove a storage that is not mounted, with its data",
       .operands = {{"VOLUME"}},
       .options = {{"confirm", 0, "VOLUME", "the volume again, so that no slip removes data",
                    true}},
       .example = "minpaas-blog-data-1-3f9c2a --confirm minpaas-blog-data-1-3f9c2a",
       .details = "storage lists the volumes. There is no way back.",
       .needs = AppRight::Admin,
       .run = remove},
  };
}

}  // namespace minpaas::sshd::commands
