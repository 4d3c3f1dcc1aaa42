#include "sshd/git/deploy_target.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"

namespace minpaas::sshd::git {
namespace {

using minpaas::git::PushLock;
using minpaas::git::RefName;

constexpr std::chrono::seconds kLockPatience{30};

/// Some clients read nothing until they have sent their pack, so little may be said before.
constexpr int kMostExplanations = 3;

/// What a fetch finds beside the branches (`hooks::FetchSource`); no repository has them.
bool names_a_release(std::string_view ref) {
  return ref.starts_with("refs/releases/");
}

bool is_any_refused(const std::vector<Refusal>& refusals) {
  return std::any_of(refusals.begin(), refusals.end(),
                     [](const Refusal& refusal) { return refusal.has_value(); });
}

}  // namespace

/// Heroku's form of an error: what is wrong, then what to do.
void DeployTarget::explain(PushProgress& progress, std::string_view what, std::string_view hint) {
  if (++explanations_ > kMostExplanations) {
    return;
  }
  progress.line(fmt::format(" !     {}", shown(what)));
  if (!hint.empty()) {
    progress.line(fmt::format("       {}", shown(hint)));
  }
}

std::string DeployTarget::shown(std::string_view text) {
  if (!mask_) {
    mask_ = platform_.secret_mask(actor_, app_.name);
  }
  const Result<SharedMask>& mask = *mask_;
  return mask ? (*mask)->apply_to_whole(text) : "why cannot be said: " + mask.error().message;
}

std::vector<Refusal> DeployTarget::shown(std::vector<Refusal> refusals) {
  for (Refusal& refusal : refusals) {
    if (refusal) {
      refusal = shown(*refusal);
    }
  }
  return refusals;
}

std::vector<Refusal> DeployTarget::admit(const Push& push, PushProgress& progress) {
  mask_.reset();
  return shown(admit_all(push, progress));
}

std::vector<Refusal> DeployTarget::apply(const Push& push, PushProgress& progress) {
  mask_.reset();
  return shown(apply_all(push, progress));
}

Refusal DeployTarget::refuse(PushProgress& progress, const Error& error) {
  explain(progress, error.message, error.hint);
  return error.message;
}

std::vector<Refusal> DeployTarget::admit_all(const Push& push, PushProgress& progress) {
  if (const auto options = parse_deploy_options(push.options); !options) {
    explain(progress, options.error().message, options.error().hint);
    return std::vector<Refusal>(push.commands.size(), options.error().message);
  }
  if (const auto open = platform_.require_open(actor_, app_.name); !open) {
    return std::vector<Refusal>(push.commands.size(), refuse(progress, open.error()));
  }
  std::vector<Refusal> refusals;
  for (const auto& command : push.commands) {
    refusals.push_back(admit_ref(command, progress));
  }
  if (is_any_refused(refusals)) {
    for (auto& refusal : refusals) {
      if (!refusal) {
        explain(progress, "nothing is deployed, since another ref of this push is refused",
                fmt::format("push the branch alone: git push --no-follow-tags minpaas {}",
                            app_.branch));
        refusal = "another ref of this push is refused";
      }
    }
  }
  return refusals;
}

Refusal DeployTarget::admit_ref(const RefCommand& command, PushProgress& progress) {
  const auto name = RefName::parse(command.ref);
  if (!name) {
    return refuse(progress, name.error());
  }
  if (command.ref == deploy_ref()) {
    return admit_deploy(command, progress);
  }
  if (names_a_release(command.ref)) {
    explain(progress, fmt::format("{} follows the releases, nobody pushes it", command.ref),
            fmt::format("to go back to a release: rollback {} vN", app_.name.str()));
    return "releases are not pushed";
  }
  if (command.is_delete()) {
    return std::nullopt;
  }
  if (name->is_tag()) {
    explain(progress, fmt::format("{} is a tag, and tags do not deploy", name->short_name()),
            fmt::format("push its commit: git push minpaas {}^{{commit}}:{}", name->short_name(),
                        deploy_ref()));
    return "tags do not deploy";
  }
  explain(progress, fmt::format("{} is the branch that deploys", app_.branch),
          fmt::format("push it with: git push minpaas {}:{}",
                      name->is_branch() ? name->short_name() : "yourbranch", app_.branch));
  return fmt::format("only {} deploys", app_.branch);
}

Refusal DeployTarget::admit_deploy(const RefCommand& command, PushProgress& progress) {
  if (command.is_delete()) {
    explain(progress, fmt::format("{} is the branch that deploys and stays", app_.branch),
            fmt::format("to remove the app and all it has: apps:destroy {0} --confirm {0}",
                        app_.name.str()));
    return "the deploy branch cannot be deleted";
  }
  const auto name = RefName::parse(command.ref);
  const auto current = name ? repository_.resolve(*name) : Result<Oid>(name.error());
  if (!current) {
    log::error("push to {}: {}", app_.name.str(), current.error().for_log());
    return refuse(progress, current.error());
  }
  if (*current != command.old_oid) {
    explain(progress, fmt::format("{} has moved since this push began", app_.branch),
            "push again; add --force to replace what was pushed meanwhile");
    return "fetch first";
  }
  return std::nullopt;
}

std::vector<Refusal> DeployTarget::apply_all(const Push& push, PushProgress& progress) {
  std::vector<Refusal> refusals(push.commands.size());
  const auto options = parse_deploy_options(push.options);
  if (!options) {
    return std::vector<Refusal>(push.commands.size(), options.error().message);
  }
  for (std::size_t i = 0; i < push.commands.size(); ++i) {
    const auto& command = push.commands[i];
    refusals[i] =
        command.is_delete() ? remove(command, progress) : deploy(command, *options, progress);
  }
  return refusals;
}

Refusal DeployTarget::deploy(const RefCommand& command, const DeployOptions& options,
                             PushProgress& progress) {
  if (command.old_oid == command.new_oid) {
    progress.line(fmt::format("-----> {} is deployed already; to build it again: ps:rebuild {}",
                              command.new_oid.short_hex(), app_.name.str()));
    return std::nullopt;
  }
  if (app_.is_new && !options.plan_only) {
    if (const auto made = make_app(); !made) {
      return refuse(progress, made.error());
    }
  }
  hooks::PushRequest request{
      app_.name,        command.new_oid,   command.ref,          command.old_oid,
      options.no_cache, options.plan_only, options.skip_release, options.note};
  hooks::Follow follow;
  follow.gone = progress.gone();
  follow.line = [&](std::string_view line) {
    progress.line(line);
    return !follow.gone.stop_requested();
  };
  follow.tick = [&] { progress.keep_alive(); };
  const auto outcome = platform_.push(actor_, request, follow);
  // It took a while, in which values may have been set.
  mask_.reset();
  if (!options.plan_only) {
    put_on_record(command.new_oid, outcome, follow.gone.stop_requested());
  }
  if (!outcome) {
    log::info("push to {}: {}", app_.name.str(), shown(outcome.error().for_log()));
    return refuse(progress, outcome.error());
  }
  if (options.plan_only) {
    return "plan only";
  }
  if (outcome->stage == state::DeployStage::Succeeded) {
    return std::nullopt;
  }
  return outcome->reason.empty() ? std::string(state::to_string(outcome->stage)) : outcome->reason;
}

void DeployTarget::put_on_record(const Oid& commit, const Result<hooks::DeployOutcome>& outcome,
                                 bool left) {
  const bool live = outcome && outcome->stage == state::DeployStage::Succeeded;
  const bool denied = !outcome && outcome.error().code == ErrorCode::PermissionDenied;
  std::string detail = commit.short_hex();
  if (live && outcome->release) {
    detail += " " + outcome->release->str();
  }
  put_on_record(std::move(detail), live ? "ok" : denied ? "denied" : left ? "left" : "failed");
}

void DeployTarget::put_on_record(std::string detail, std::string_view result) {
  platform_.events().record(actor_, {.app = app_.name.str(),
                                     .action = "git push",
                                     .detail = std::move(detail),
                                     .result = std::string(result)});
}

/// Only here, where nothing refuses the push any more: a slip in a name leaves no app behind.
Result<void> DeployTarget::make_app() {
  const auto made = platform_.create_app(actor_, app_.name);
  // Two first pushes at once make one app.
  if (!made && made.error().code != ErrorCode::AlreadyExists) {
    return made.error();
  }
  return {};
}

Refusal DeployTarget::remove(const RefCommand& command, PushProgress& progress) {
  const auto name = RefName::parse(command.ref);
  if (!name) {
    return name.error().message;
  }
  const auto lock =
      PushLock::acquire(repository_.folder(), std::chrono::steady_clock::now() + kLockPatience);
  if (!lock) {
    return refuse(progress, lock.error());
  }
  const auto current = repository_.resolve(*name);
  if (current && current->is_zero()) {
    progress.line("warning: deleting a ref that does not exist: " + shown(command.ref));
    return std::nullopt;
  }
  const auto deleted = repository_.update_ref({*name, command.old_oid, Oid()});
  put_on_record("delete " + shown(command.ref), deleted ? "ok" : "failed");
  return deleted ? std::nullopt : refuse(progress, deleted.error());
}

}  // namespace minpaas::sshd::git
