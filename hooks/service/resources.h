#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/limits.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// What each container of one process type may use.
struct ResourceRow {
  /// Absent: what holds for types that have nothing of their own.
  std::optional<ProcessType> type;
  Limits limits;
  /// What was chosen in this place; the rest comes from the app or from the settings.
  LimitChoices chosen;
};

struct ResourceReport {
  /// The app first, then its process types and one-off containers.
  std::vector<ResourceRow> rows;
};

/// How a change has reached the containers that are there.
struct ResourceOutcome {
  /// `web.1`: have the new limits.
  std::vector<std::string> updated;

  struct Kept {
    std::string process;
    std::string reason;
  };

  /// Have their old limits until they are started anew.
  std::vector<Kept> kept;
};

/// The limits of apps: memory, processors, processes. Thread: any.
class Resources {
 public:
  virtual ~Resources() = default;

  virtual Result<ResourceReport> report(const Actor& actor, const AppName& name) = 0;
  /// Holds for what runs, where the engine can change that, and for every later container. It makes
  /// no release. Absent type: for all process types without a choice of their own; `run` is the
  /// one-off containers. Errors: InvalidInput (out of what the engine accepts), NotFound (no such
  /// process type), Busy (a deploy is under way), Unavailable (the engine); nothing has changed.
  virtual Result<ResourceOutcome> set(const Actor& actor, const AppName& name,
                                      const std::optional<ProcessType>& type,
                                      const LimitChange& change) = 0;
};

}  // namespace minpaas::hooks
