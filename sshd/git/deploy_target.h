#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/git/repository.h"
#include "hooks/service/platform.h"
#include "sshd/git/deploy_options.h"
#include "sshd/git/push_target.h"

namespace minpaas::sshd::git {

/// A push to an app: the deploy branch deploys, and nothing else is taken. The ref of the branch is
/// moved by the deploy itself when its release is live; here its end is only told.
class DeployTarget : public PushTarget {
 public:
  struct App {
    AppName name;
    /// Short name of the branch that deploys.
    std::string branch;
    /// There is no such app yet: the first push that is to deploy makes it.
    bool is_new = false;
  };

  DeployTarget(hooks::Platform& platform, Actor actor, App app,
               minpaas::git::Repository& repository)
      : platform_(platform),
        actor_(std::move(actor)),
        app_(std::move(app)),
        repository_(repository) {}

  /// Refuses all that will not deploy before a byte of the pack is read. One refused ref refuses
  /// the whole push: a push that fails must not have changed what is live.
  std::vector<Refusal> admit(const Push& push, PushProgress& progress) override;
  /// Deploys, or deletes a branch that was the deploy branch once.
  std::vector<Refusal> apply(const Push& push, PushProgress& progress) override;

 private:
  std::vector<Refusal> admit_all(const Push& push, PushProgress& progress);
  std::vector<Refusal> apply_all(const Push& push, PushProgress& progress);
  std::vector<Refusal> shown(std::vector<Refusal> refusals);

  [[nodiscard]] std::string deploy_ref() const { return "refs/heads/" + app_.branch; }

  /// Without the values of config vars that are in it: a ref or an option may have one.
  std::string shown(std::string_view text);
  void explain(PushProgress& progress, std::string_view what, std::string_view hint);
  Refusal refuse(PushProgress& progress, const Error& error);
  Refusal admit_ref(const RefCommand& command, PushProgress& progress);
  Refusal admit_deploy(const RefCommand& command, PushProgress& progress);
  Refusal deploy(const RefCommand& command, const DeployOptions& options, PushProgress& progress);
  void put_on_record(const Oid& commit, const Result<hooks::DeployOutcome>& outcome, bool left);
  void put_on_record(std::string detail, std::string_view result);
  Result<void> make_app();
  Refusal remove(const RefCommand& command, PushProgress& progress);

  hooks::Platform& platform_;
  Actor actor_;
  App app_;
  minpaas::git::Repository& repository_;
  int explanations_ = 0;
  /// What `shown` hides: asked for once, however many refs there are.
  std::optional<Result<SharedMask>> mask_;
};

}  // namespace minpaas::sshd::git
