#include <fmt/format.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/on_record.h"
#include "sshd/commands/progress.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};
constexpr std::string_view kRepo = "repo";
constexpr std::string_view kArchive = "archive";
constexpr std::string_view kImage = "image";

Result<AppName> app_of(const Arguments& args) {
  const auto name = args.value("app");
  if (!name) {
    return Error{ErrorCode::InvalidInput, "--app says which app, and is missing",
                 "usage: " + usage(*find_command("deploy")), ""};
  }
  return AppName::parse(*name);
}

/// The one option that says where the code is.
Result<std::string_view> source_of(const Arguments& args) {
  std::string_view source;
  for (const std::string_view option : {kRepo, kArchive, kImage}) {
    if (!args.has(option)) {
      continue;
    }
    if (!source.empty()) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("--{} and --{} exclude each other", source, option),
                   "one deploy has its code from one place", ""};
    }
    source = option;
  }
  if (source.empty()) {
    return Error{ErrorCode::InvalidInput, "nothing says where the code is",
                 "give one of --repo URL, --archive - and --image REF", ""};
  }
  if (args.has("ref") && source != kRepo) {
    return Error{ErrorCode::InvalidInput, "--ref is a branch or tag of a repository: --repo URL",
                 "leave it out", ""};
  }
  return source;
}

/// A word without `=` may be a value whose name was forgotten: it is not repeated.
Result<hooks::DeployChanges> changes_of(const Arguments& args) {
  hooks::DeployChanges changes;
  changes.runtime = args.value("runtime");
  for (const std::string& word : args.values("env")) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      return Error{ErrorCode::InvalidInput, "--env takes KEY=VALUE",
                   "for example: --env DEBUG=false --env WORKERS=2", ""};
    }
    const ConfigKey key = TRY(ConfigKey::parse(std::string_view(word).substr(0, equals)));
    auto value = TRY(parse_config_value(key, word.substr(equals + 1)));
    if (!changes.set.emplace(key, std::move(value)).second) {
      return Error{ErrorCode::InvalidInput, fmt::format("--env {} stands twice", key.str()), "",
                   ""};
    }
  }
  return changes;
}

Result<void> require_input(const Invocation& call) {
  if (call.args.value(kArchive) != "-") {
    return Error{ErrorCode::InvalidInput, "an archive comes on standard input: --archive -",
                 "tar czf - . | ssh minpaas deploy --app APP --archive -", ""};
  }
  if (call.has_terminal) {
    return Error{ErrorCode::InvalidInput,
                 "the archive is read from standard input, which is a terminal here",
                 "leave out `ssh -t`: tar czf - . | ssh minpaas deploy --app APP --archive -", ""};
  }
  return {};
}

Result<hooks::DeployOutcome> start(Invocation& call, const AppName& app, std::string_view source,
                                   const hooks::DeployChanges& changes) {
  hooks::Sources& sources = call.platform.sources();
  if (source == kArchive) {
    TRY(require_input(call));
    return sources.deploy_archive(call.actor, app, call.in, changes, show_progress(call));
  }
  if (source == kRepo) {
    return sources.deploy_repository(call.actor, app, *call.args.value(kRepo),
                                     call.args.value("ref"), changes, show_progress(call));
  }
  const auto image = TRY(ImageReference::parse(*call.args.value(kImage)));
  return sources.deploy_image(call.actor, app, image, changes, show_progress(call));
}

Result<int> deploy(Invocation& call) {
  const AppName app = TRY(app_of(call.args));
  const std::string_view source = TRY(source_of(call.args));
  const auto changes = TRY(changes_of(call.args));
  const Deed deed{.done = "Deployed " + app.str(),
                  .noun = "deploy",
                  .untouched = "what ran before goes on running"};
  return report_outcome(call, app, deed, start(call, app, source, changes));
}

/// What of an option's value goes on record: all when all went well, else nothing that may be a
/// secret in the wrong place.
std::string value_on_record(std::string_view option, const std::string& value,
                            std::string_view outcome) {
  if (option == kRepo) {
    return hooks::shown_repository(value);
  }
  const bool is_harmless =
      (option == kImage && ImageReference::parse(value)) || (option == kArchive && value == "-");
  return is_harmless || outcome == "ok" ? value : "";
}

/// Where the code came from and what changed with it, without a value.
std::string recorded(const Arguments& args, std::string_view outcome) {
  std::string text;
  const auto add = [&text](std::string_view option, std::string_view value) {
    text +=
        fmt::format("{}--{}{}{}", text.empty() ? "" : " ", option, value.empty() ? "" : " ", value);
  };
  for (const std::string_view option :
       {kRepo, std::string_view("ref"), kArchive, kImage, std::string_view("runtime")}) {
    if (const auto value = args.value(option)) {
      add(option, value_on_record(option, *value, outcome));
    }
  }
  for (const std::string& word : args.values("env")) {
    const auto key = key_on_record(word, outcome);
    add("env", key ? key->str() : "");
  }
  return text;
}

Result<int> show_key(Invocation& call) {
  const AppName app = TRY(call.app());
  const bool renews = call.args.has("renew");
  const bool forgets = call.args.has("forget-hosts");
  if (renews && forgets) {
    return Error{ErrorCode::InvalidInput, "--renew and --forget-hosts exclude each other",
                 "a new key has seen no servers", ""};
  }
  const auto change = renews    ? hooks::DeployKeyChange::Renew
                      : forgets ? hooks::DeployKeyChange::ForgetHosts
                                : hooks::DeployKeyChange::None;
  const auto key = TRY(call.platform.sources().deploy_key(call.actor, app, change));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()},
                       {"public_key", key.public_key},
                       {"created_at", json_time(key.created_at)}});
    return 0;
  }
  call.out.data(key.public_key + "\n");
  call.out.note(
      fmt::format("Allow it to read the repository, then: deploy --app {} --repo "
                  "git@HOST:OWNER/NAME.git",
                  app.str()));
  return 0;
}

}  // namespace

std::vector<Command> deploy_commands() {
  return {
      {.verb = "deploy",
       .summary = "Deploy code that is not pushed: a repository, an archive or an image",
       .options = {{"app", 0, "APP", "which app; made where there is none", true},
                   {kRepo, 0, "URL", "a git repository elsewhere, by https or ssh"},
                   {"ref", 0, "REF", "its branch or tag, else the default branch"},
                   {kArchive, 0, "-", "a tar or tar.gz on standard input"},
                   {kImage, 0, "REF", "an image that was built elsewhere"},
                   {"runtime", 0, "NAME", "the app's runtime from now on, or auto"},
                   {.name = "env",
                    .value = "KEY=VALUE",
                    .help = "a config var to set with it",
                    .repeated = true}},
       .example = "--app blog --repo https://github.com/acme/blog --ref main",
       .details =
           "Exactly one of the sources must be given. Queue, build, checks and release are those "
           "of a push.\n"
           "What --runtime and --env change comes with the release: when the deploy fails, all is "
           "as before.\n"
           "  ssh minpaas deploy --app blog --repo git@github.com:acme/blog.git\n"
           "A repository over ssh must allow the app's key (deploy-key); a password for https is "
           "never shown.\n"
           "  tar czf - . | ssh minpaas deploy --app blog --archive -\n"
           "An archive becomes a commit on the deploy branch; .git in it is left out, links out of "
           "it are refused.\n"
           "  ssh minpaas deploy --app blog --image ghcr.io/acme/blog:1.4\n"
           "An image is not built: its own command runs, and must listen on $PORT (its EXPOSE, "
           "else 8080).\n"
           "Ctrl-C leaves; the deploy goes on. builds:cancel ends it.",
       .when_too_many = "an archive comes on standard input: deploy --app APP --archive - < FILE",
       .words_may_be_secret = true,
       .needs = AppRight::Deploy,
       .record = recorded,
       .run = deploy},
      {.verb = "deploy-key",
       .summary = "Print the key by which repositories let an app's deploys in",
       .operands = {kApp},
       .options = {{"renew", 0, "", "make a new one in its place"},
                   {"forget-hosts", 0, "", "forget the keys of the servers it was used at"}},
       .example = "blog",
       .details =
           "An ed25519 key of the app alone, made when it is first asked for. Its private "
           "part stays on the\n"
           "server, encrypted. The key that a server has at the first deploy is the one that "
           "it must have later.",
       .needs = AppRight::Deploy,
       .run = show_key},
  };
}

}  // namespace minpaas::sshd::commands
