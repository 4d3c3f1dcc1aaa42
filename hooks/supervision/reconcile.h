#pragma once

#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/router/router.h"
#include "core/state/stores.h"
#include "hooks/checks/check.h"
#include "hooks/checks/check_plans.h"
#include "hooks/containers/process_set.h"
#include "hooks/supervision/repair_plan.h"

namespace minpaas::hooks {

struct ReconcileStores {
  state::AppStore& apps;
  state::ReleaseStore& releases;
  state::ConfigStore& configs;
  state::ContainerStore& containers;
  state::DeployStore& deploys;
};

/// What the rest of the server knows at this moment.
struct ReconcileView {
  /// Takes the app from its deploys until `done`, so that none begins while its containers are
  /// repaired. False: one is at work, the app is left alone. Absent: no app has deploys.
  std::function<bool(const AppName&)> hold;
  /// The app has been looked after; called once for each that was held, at the latest with the
  /// return of `run`.
  std::function<void(const AppName&)> done;
  /// Containers that were stopped for crashing again and again.
  std::set<docker::ContainerId> crashed;
  /// Containers that someone sits in front of: they are left alone. Absent: none.
  std::function<bool(const docker::ContainerDetails&)> is_attended = {};
};

struct ReconcileReport {
  int removed = 0;
  int started = 0;
  int recreated = 0;
  /// Apps that were left alone because a deploy is at work, and what could not be repaired (for the
  /// log). With any of these, reconcile again later.
  std::vector<AppName> skipped;
  std::vector<std::string> failures;

  [[nodiscard]] bool settled() const { return skipped.empty() && failures.empty(); }
};

/// What the containers of one app get. Absent: what all get.
using PolicyOf = std::function<Result<ContainerPolicy>(const AppName&)>;

/// What the processes of a release must show. Absent: what the release says.
using ChecksOf = std::function<Result<ReleaseChecks>(const Release&)>;

/// Makes the containers of the engine those that the rows want: removes what belongs to no live
/// release and no unfinished deploy, starts what does not run, makes anew what is missing, and
/// gives the traffic back. At the start of the server (after unfinished deploys were settled) and
/// after the engine was away. Thread: one at a time.
class Reconciler {
 public:
  Reconciler(docker::Engine& engine, const ReconcileStores& stores, router::Router& router,
             Checker& checker, ContainerPolicy policy, PolicyOf policy_of = {},
             ChecksOf checks_of = {})
      : engine_(engine),
        stores_(stores),
        router_(router),
        checker_(checker),
        policy_(std::move(policy)),
        policy_of_(std::move(policy_of)),
        checks_of_(std::move(checks_of)) {}

  /// One app that cannot be repaired does not keep the others from it. Errors: the engine or the
  /// database does not answer; Cancelled.
  Result<ReconcileReport> run(const ReconcileView& view, std::stop_token stop);

 private:
  Result<Repairs> look(const std::set<AppName>& held, const ReconcileView& view,
                       ReconcileReport& report);
  Result<std::vector<AppRows>> read_rows(const std::set<AppName>& held,
                                         const std::vector<state::DeployRow>& unfinished);
  Result<void> remove(const Repairs& repairs, ReconcileReport& report);
  Result<void> remove_leftover(const docker::ContainerId& container);
  Result<void> start(const AppRepair& repair, ReconcileReport& report);
  Result<void> recreate(const AppRepair& repair, ReconcileReport& report,
                        const std::stop_token& stop);
  void let_go(const AppRepair& repair, const std::stop_token& stop);
  Result<void> await_web(const AppRepair& repair, const std::stop_token& stop);
  Result<void> take_up(const AppRepair& repair, const std::vector<StartedProcess>& made,
                       const std::stop_token& stop);
  Result<void> route(const AppRepair& repair, const std::vector<StartedProcess>& web,
                     const std::stop_token& stop);
  Result<ReleaseChecks> checks_of(const Release& release) const;
  Result<void> check(const std::vector<CheckTarget>& targets, const std::stop_token& stop);
  void discard(const std::vector<StartedProcess>& made);

  docker::Engine& engine_;
  ReconcileStores stores_;
  router::Router& router_;
  Checker& checker_;
  ContainerPolicy policy_;
  PolicyOf policy_of_;
  ChecksOf checks_of_;
};

}  // namespace minpaas::hooks
