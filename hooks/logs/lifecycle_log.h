#pragma once

#include <string>

#include "core/app/app_name.h"
#include "core/base/clock.h"
#include "core/state/app_store.h"
#include "hooks/logs/app_journal.h"

namespace minpaas::hooks {

/// Writes what becomes of an app into its log, where it stands beside what its processes print:
/// `app[minpaas]: v7 is live`. Thread: any.
class LifecycleLog {
 public:
  LifecycleLog(state::AppStore& apps, AppJournal& journal, const Clock& clock)
      : apps_(apps), journal_(journal), clock_(clock) {}

  /// Must hold no secret. Of an app that is gone nothing is written; when the store fails, the
  /// server's log says so.
  void tell(const AppName& app, std::string text);
  /// The same by the value of docker::kLabelApp.
  void tell_label(const std::string& label, std::string text);

  /// Removes the lines of apps that are gone. Where that fails the server's log says so.
  void sweep();

 private:
  void add(const std::string& label, std::string text);

  state::AppStore& apps_;
  AppJournal& journal_;
  const Clock& clock_;
};

}  // namespace minpaas::hooks
