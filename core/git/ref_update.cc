#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/git/durable_writes.h"
#include "core/git/git_error.h"
#include "core/git/repository.h"

namespace minpaas::git {
namespace {

using TransactionHandle = Handle<git_transaction, git_transaction_free>;

/// Another program may hold a ref's lock file for a moment.
constexpr milliseconds kLockPatience{1000};
constexpr milliseconds kLockRetry{20};

Result<void> lock_ref(git_transaction* transaction, const RefName& name) {
  const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
  for (;;) {
    const int status = git_transaction_lock_ref(transaction, name.str().c_str());
    if (status != GIT_ELOCKED || std::chrono::steady_clock::now() > deadline) {
      return check_git(status, fmt::format("lock {}", name.short_name()));
    }
    std::this_thread::sleep_for(kLockRetry);
  }
}

bool is_below(std::string_view name, std::string_view folder) {
  return name.size() > folder.size() && name.starts_with(folder) && name[folder.size()] == '/';
}

/// A name cannot be a ref and a folder of refs; libgit2 does not see it when one is packed. Deletes
/// of the same transaction do not help: their files go only after the new ones would be written.
Result<void> check_name_clash(const std::vector<Ref>& existing,
                              const std::vector<RefUpdate>& updates, const RefUpdate& created) {
  const auto clashes = [&](const std::string& name) {
    return is_below(name, created.name.str()) || is_below(created.name.str(), name);
  };
  for (const auto& ref : existing) {
    if (clashes(ref.name)) {
      return Error{ErrorCode::Conflict, fmt::format("'{}' exists already", ref.name), "", ""};
    }
  }
  for (const auto& update : updates) {
    if (!update.new_oid.is_zero() && clashes(update.name.str())) {
      return Error{ErrorCode::Conflict, fmt::format("'{}' is pushed as well", update.name.str()),
                   "", ""};
    }
  }
  return {};
}

/// Before the locks: where a name clashes they fail as well, and with worse words.
Result<void> check_created(const Repository& repository, const std::vector<RefUpdate>& updates) {
  const auto creates = [](const RefUpdate& update) {
    return update.old_oid.is_zero() && !update.new_oid.is_zero();
  };
  if (std::none_of(updates.begin(), updates.end(), creates)) {
    return {};
  }
  const auto existing = TRY(repository.refs());
  for (const auto& update : updates) {
    if (creates(update)) {
      TRY(check_name_clash(existing, updates, update));
    }
  }
  return {};
}

Result<void> check_old_oid(const Repository& repository, const RefUpdate& update) {
  if (repository.is_symbolic(update.name)) {
    return Error{ErrorCode::Conflict,
                 fmt::format("{} stands for another ref", update.name.short_name()), "", ""};
  }
  if (TRY(repository.resolve(update.name)) == update.old_oid) {
    return {};
  }
  return Error{ErrorCode::Conflict, fmt::format("{} has moved meanwhile", update.name.short_name()),
               "fetch first, then push again", ""};
}

Result<void> stage(git_transaction* transaction, const RefUpdate& update) {
  const std::string action = fmt::format("update {}", update.name.short_name());
  if (update.new_oid.is_zero()) {
    return check_git(git_transaction_remove(transaction, update.name.str().c_str()), action);
  }
  const git_oid target = to_git(update.new_oid);
  return check_git(
      git_transaction_set_target(transaction, update.name.str().c_str(), &target, nullptr, "push"),
      action);
}

}  // namespace

Result<void> Repository::update_ref(const RefUpdate& update) {
  return update_refs_atomically({update});
}

Result<void> Repository::update_refs_atomically(const std::vector<RefUpdate>& updates) {
  const DurableWrites durable;
  TRY(check_created(*this, updates));
  git_transaction* raw_transaction = nullptr;
  TRY(check_git(git_transaction_new(&raw_transaction, raw_), "begin the ref update"));
  const TransactionHandle transaction(raw_transaction);
  for (const auto& update : updates) {
    TRY(lock_ref(transaction.get(), update.name));
    TRY(check_old_oid(*this, update));
  }
  for (const auto& update : updates) {
    if (!update.old_oid.is_zero() || !update.new_oid.is_zero()) {
      TRY(stage(transaction.get(), update));
    }
  }
  return check_git(git_transaction_commit(transaction.get()), "update the refs");
}

}  // namespace minpaas::git
