#include <algorithm>
#include <numeric>

#include "core/base/log.h"
#include "sshd/git/receive_pack.h"

namespace minpaas::sshd::git {
namespace {

using minpaas::git::PushLock;
using minpaas::git::RefName;
using minpaas::git::RefUpdate;

constexpr std::chrono::seconds kLockPatience{60};

std::vector<Refusal> refuse_all(std::size_t count, const std::string& reason) {
  return std::vector<Refusal>(count, reason);
}

}  // namespace

std::vector<Refusal> BareTarget::admit(const Push& push, PushProgress& progress) {
  if (!push.options.empty()) {
    const std::string reason = "unknown push option '" + push.options.front() + "'";
    progress.line(" !     " + reason + "; this repository knows none");
    return refuse_all(push.commands.size(), reason);
  }
  std::vector<Refusal> refusals(push.commands.size());
  const auto head = repository_.head_branch();
  for (std::size_t i = 0; i < push.commands.size(); ++i) {
    const auto& command = push.commands[i];
    if (command.is_delete() && head && command.ref == *head) {
      refusals[i] = "deletion of the current branch prohibited";
    }
  }
  return refusals;
}

std::vector<Refusal> BareTarget::apply(const Push& push, PushProgress& progress) {
  const auto lock =
      PushLock::acquire(repository_.folder(), std::chrono::steady_clock::now() + kLockPatience);
  if (!lock) {
    return refuse_all(push.commands.size(), lock.error().message);
  }
  std::vector<RefUpdate> updates;
  for (const auto& command : push.commands) {
    auto update = plan(command, progress);
    if (!update) {
      return refuse_all(push.commands.size(), update.error().message);
    }
    updates.push_back(*std::move(update));
  }
  auto refusals = push.atomic ? apply_atomically(updates) : apply_each(updates);
  adopt_head(updates, refusals);
  return refusals;
}

/// The update that a command asks for. To delete what is not there is no failure, as with git.
Result<RefUpdate> BareTarget::plan(const RefCommand& command, PushProgress& progress) {
  RefUpdate update{TRY(RefName::parse(command.ref)), command.old_oid, command.new_oid};
  if (command.is_delete() && TRY(repository_.resolve(update.name)).is_zero()) {
    progress.line("warning: deleting a ref that does not exist: " + command.ref);
    update.old_oid = Oid();
  }
  return update;
}

std::vector<Refusal> BareTarget::apply_atomically(const std::vector<RefUpdate>& updates) {
  const auto moved = repository_.update_refs_atomically(updates);
  if (!moved) {
    log::info("push: {}", moved.error().for_log());
    return refuse_all(updates.size(), moved.error().message);
  }
  return std::vector<Refusal>(updates.size());
}

std::vector<Refusal> BareTarget::apply_each(const std::vector<RefUpdate>& updates) {
  // A branch `a` that goes makes room for a branch `a/b` that comes.
  std::vector<std::size_t> order(updates.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return updates[i].new_oid.is_zero(); });
  std::vector<Refusal> refusals(updates.size());
  for (const auto i : order) {
    if (const auto moved = repository_.update_ref(updates[i]); !moved) {
      log::info("push: {}", moved.error().for_log());
      refusals[i] = moved.error().message;
    }
  }
  return refusals;
}

/// A repository whose HEAD points nowhere takes the first branch that is pushed.
void BareTarget::adopt_head(const std::vector<RefUpdate>& updates,
                            const std::vector<Refusal>& refusals) {
  const auto head = repository_.head_branch();
  if (!head) {
    return;
  }
  const auto current = RefName::parse(*head);
  const auto tip = current ? repository_.resolve(*current) : Result<Oid>(current.error());
  if (!tip || !tip->is_zero()) {
    return;
  }
  for (std::size_t i = 0; i < updates.size(); ++i) {
    if (!refusals[i] && updates[i].name.is_branch() && !updates[i].new_oid.is_zero()) {
      if (const auto set = repository_.set_head(updates[i].name); !set) {
        log::warn("push: {}", set.error().for_log());
      }
      return;
    }
  }
}

}  // namespace minpaas::sshd::git
