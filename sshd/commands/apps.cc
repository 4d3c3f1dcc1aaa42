#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/paging.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

std::string release_text(const std::optional<ReleaseNumber>& release) {
  return release ? release->str() : "-";
}

std::string status_text(const hooks::AppSummary& app) {
  return fmt::format("{}{}", to_string(app.status), app.maintenance ? " (maintenance)" : "");
}

/// Field by field: from a list of pairs it takes more than twice as long, a thousand times.
Json to_json(const hooks::AppSummary& app) {
  Json json = Json::object();
  json["name"] = app.name.str();
  json["runtime"] = json_text(app.runtime);
  json["status"] = to_string(app.status);
  json["release"] = json_release(app.release);
  json["url"] = json_text(app.url);
  json["maintenance"] = app.maintenance;
  return json;
}

Json to_json(const hooks::AppReport& report) {
  Json json = to_json(report.summary);
  const auto& live = report.live;
  json["commit"] = json_commit(live ? live->commit : std::nullopt);
  json["released_at"] = json_time(live ? std::optional(live->created_at) : std::nullopt);
  json["port"] = report.port;
  json["deploy_branch"] = report.deploy_branch;
  json["chosen_runtime"] = json_text(report.chosen_runtime);
  json["git_url_path"] = report.git_url_path;
  json["overlap"] = report.overlap;
  json["drain_timeout_seconds"] = report.drain_timeout.count();
  json["stop_timeout_seconds"] = report.stop_timeout.count();
  json["processes"] = Json::object();
  if (live) {
    for (const auto& [type, quantity] : live->formation) {
      json["processes"][type.str()] = quantity;
    }
  }
  json["config_keys"] = Json::array();
  for (const ConfigKey& key : report.config_keys) {
    json["config_keys"].push_back(key.str());
  }
  json["domains"] = report.domains;
  json["created_at"] = json_time(report.created_at);
  json["locked_by"] = json_text(report.locked_by.value_or(""));
  json["locked_at"] = json_time(report.locked_at);
  return json;
}

std::string formation_text(const std::optional<Release>& live) {
  std::string text;
  if (live) {
    for (const auto& [type, quantity] : live->formation) {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", type.str(), quantity);
    }
  }
  return or_dash(text);
}

std::string report_text(const hooks::AppReport& report, SystemTime now) {
  std::string keys;
  for (const ConfigKey& key : report.config_keys) {
    keys += (keys.empty() ? "" : " ") + key.str();
  }
  std::string domains;
  for (const std::string& host : report.domains) {
    domains += (domains.empty() ? "" : " ") + host;
  }
  const auto& live = report.live;
  const std::string release = live
                                  ? fmt::format("{}, {}, {}", live->number.str(), live->description,
                                                format_age(live->created_at, now))
                                  : "-";
  const std::string lock =
      report.locked_by && report.locked_at
          ? fmt::format("by {}, {}", *report.locked_by, format_age(*report.locked_at, now))
          : "-";
  return format_fields({
      {"Name", report.summary.name.str()},
      {"Status", status_text(report.summary)},
      {"URL", or_dash(report.summary.url)},
      {"Domains", or_dash(domains)},
      {"Release", release},
      {"Commit", live && live->commit ? live->commit->hex() : "-"},
      {"Runtime", or_dash(report.summary.runtime)},
      {"Chosen runtime", or_dash(report.chosen_runtime)},
      {"Deploy branch", report.deploy_branch},
      {"Git URL path", report.git_url_path},
      {"Port", std::to_string(report.port)},
      {"Processes", formation_text(live)},
      {"Overlap", report.overlap ? "on" : "off"},
      {"Drain timeout", format_duration(report.drain_timeout)},
      {"Stop timeout", format_duration(report.stop_timeout)},
      {"Config keys", or_dash(keys)},
      {"Created", format_age(report.created_at, now)},
      {"Locked", lock},
  });
}

Result<int> list(Invocation& call) {
  if (const auto after = call.args.value("after")) {
    TRY(AppName::parse(*after));
  }
  auto apps = TRY(call.platform.apps(call.actor));
  TRY(keep_part(call.args, apps, ListOrder::ByKey,
                [](const hooks::AppSummary& app) { return app.name.str(); }));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& app : apps) {
      all.push_back(to_json(app));
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (apps.empty() && !call.args.value("after")) {
    call.out.note("There are no apps yet. A first `git push` makes one, or: apps:create APP");
    return 0;
  }
  std::vector<Row> rows{{"NAME", "RUNTIME", "STATUS", "RELEASE", "URL"}};
  for (const auto& app : apps) {
    rows.push_back({app.name.str(), or_dash(app.runtime), status_text(app),
                    release_text(app.release), or_dash(app.url)});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<int> show(Invocation& call) {
  const AppName name = TRY(call.app());
  const auto report = TRY(call.platform.app(call.actor, name));
  if (call.out.is_json()) {
    call.out.json(to_json(report));
  } else {
    call.out.data(report_text(report, call.clock.now()));
  }
  return 0;
}

Result<int> create(Invocation& call) {
  const AppName name = TRY(call.app());
  const auto report = TRY(call.platform.create_app(call.actor, name));
  if (call.out.is_json()) {
    call.out.json(to_json(report));
    return 0;
  }
  call.out.note(fmt::format("Created {}. To deploy it, in its git repository:", name.str()));
  call.out.note(fmt::format("  git remote add minpaas minpaas:{}", name.str()));
  call.out.note(fmt::format("  git push minpaas {}", report.deploy_branch));
  return 0;
}

Result<int> set(Invocation& call) {
  const AppName name = TRY(call.app());
  std::vector<std::pair<std::string, std::string>> values;
  std::string keys;
  for (const Word& word : call.args.operands_from(1)) {
    const auto equals = word.text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{ErrorCode::InvalidInput, fmt::format("'{}' is not KEY=VALUE", word.text),
                   fmt::format("for example: apps:set {} deploy_branch=main", name.str()), ""};
    }
    values.emplace_back(word.text.substr(0, equals), word.text.substr(equals + 1));
    keys += (keys.empty() ? "" : ", ") + values.back().first;
  }
  TRY(call.platform.set_app(call.actor, name, values));
  if (call.out.is_json()) {
    call.out.json(to_json(TRY(call.platform.app(call.actor, name))));
  } else {
    call.out.note(fmt::format("Set {} of {} for its next deploy", keys, name.str()));
  }
  return 0;
}

Result<int> rename(Invocation& call) {
  const AppName name = TRY(call.app());
  const AppName to = TRY(AppName::parse(call.args.operand(1)));
  const auto report = TRY(call.platform.rename_app(call.actor, name, to));
  if (call.out.is_json()) {
    call.out.json(to_json(report));
    return 0;
  }
  call.out.note(fmt::format("Renamed {} to {}. In its git repository:", name.str(), to.str()));
  call.out.note(fmt::format("  git remote set-url minpaas minpaas:{}", to.str()));
  return 0;
}

Result<int> lock(Invocation& call) {
  const AppName name = TRY(call.app());
  TRY(call.platform.lock(call.actor, name));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", name.str()}, {"locked", true}});
  } else {
    call.out.note(fmt::format("Locked {0}: pushes and changes are refused until apps:unlock {0}",
                              name.str()));
  }
  return 0;
}

Result<int> unlock(Invocation& call) {
  const AppName name = TRY(call.app());
  const bool was_locked = TRY(call.platform.unlock(call.actor, name));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", name.str()}, {"locked", false}});
  } else {
    call.out.note(was_locked ? fmt::format("Unlocked {}", name.str())
                             : fmt::format("{} was not locked", name.str()));
  }
  return 0;
}

Result<int> destroy(Invocation& call) {
  const AppName name = TRY(call.app());
  const bool with_storage = call.args.has("with-storage");
  if (call.args.value("confirm") != name.str()) {
    TRY(call.platform.app(call.actor, name));
    return Error{ErrorCode::InvalidInput,
                 fmt::format("this removes {} for good: containers, images, config, git repository "
                             "and logs; its storage {}",
                             name.str(), with_storage ? "too" : "stays without --with-storage"),
                 fmt::format("to do it, type: apps:destroy {0} --confirm {0}", name.str()), ""};
  }
  TRY(call.platform.destroy_app(call.actor, name, with_storage));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", name.str()}, {"destroyed", true}});
  } else {
    call.out.note(fmt::format("Destroyed {}", name.str()));
  }
  return 0;
}

}  // namespace

std::vector<Command> apps_commands() {
  return {
      {.verb = "apps",
       .summary = "List the apps",
       .options = {limit_option(kMostOfAll), after_option("NAME")},
       .only_reads = true,
       .run = list},
      {.verb = "apps:create",
       .summary = "Make an app before its first push",
       .operands = {kApp},
       .example = "blog",
       .run = create},
      {.verb = "apps:info",
       .summary = "Show all about an app",
       .operands = {kApp},
       .example = "blog",
       .only_reads = true,
       .run = show},
      {.verb = "apps:set",
       .summary = "Change settings of an app",
       .operands = {kApp, {"KEY=VALUE", Arity::Several}},
       .example = "blog deploy_branch=release",
       .details =
           "Settings:\n"
           "  deploy_branch=BRANCH   the branch whose pushes are deployed\n"
           "  runtime=NAME           python, node, static or dockerfile; auto looks at the "
           "files\n"
           "  overlap=on|off         off: the old containers are stopped before new ones "
           "start, for storage that takes\n"
           "                         one writer; requests wait meanwhile\n"
           "  drain_timeout=TIME     for open requests and WebSockets of old containers to end "
           "(nothing: the server's)\n"
           "  stop_timeout=TIME      between SIGTERM and SIGKILL (nothing: the server's)",
       .needs = AppRight::Deploy,
       .run = set},
      {.verb = "apps:rename",
       .summary = "Give an app another name",
       .operands = {kApp, {"NEW"}},
       .example = "blog journal",
       .details = "What runs goes on, with its config, domains, storage, releases and port; no "
                  "request is lost.\nThe old name is free at once.",
       .needs = AppRight::Admin,
       .frees_name = true,
       .run = rename},
      {.verb = "apps:lock",
       .summary = "Refuse pushes to an app and changes of it",
       .operands = {kApp},
       .example = "blog",
       .details = "What runs goes on running, and a deploy that is under way ends as it would.",
       .needs = AppRight::Admin,
       .run = lock},
      {.verb = "apps:unlock",
       .summary = "Take pushes and changes again",
       .operands = {kApp},
       .example = "blog",
       .needs = AppRight::Admin,
       .run = unlock},
      {.verb = "apps:destroy",
       .alias = "delete",
       .summary = "Remove an app and all it has",
       .operands = {kApp},
       .options = {{"confirm", 0, "APP", "the name again, so that no slip destroys an app", true},
                   {"with-storage", 0, "", "its storage too, with the data in it"}},
       .example = "blog --confirm blog",
       .details =
           "Containers, images, config, git repository, build output and logs are removed.\n"
           "There is no way back. Its storage stays and can be mounted by a new app of this name.",
       .needs = AppRight::Admin,
       .frees_name = true,
       .says_no_values = true,
       .run = destroy},
  };
}

}  // namespace minpaas::sshd::commands
