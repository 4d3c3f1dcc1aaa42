#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/host_name.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// Platform: the name that an app has by itself.
enum class DomainSource { Platform, Added };

struct Domain {
  std::string host;
  DomainSource source = DomainSource::Added;
  /// Absent for the name that the app has by itself.
  std::optional<SystemTime> added_at = std::nullopt;
};

/// Host names of apps. They hold at once and for all releases: no change of them is a release.
/// Thread: any. Every function checks that `actor` may do it.
class Domains {
 public:
  virtual ~Domains() = default;

  /// The app's own name first, where the server has names.
  virtual Result<std::vector<Domain>> list(const Actor& actor, const AppName& name) = 0;
  /// All or none. Returns those that the app did not have. Errors: Conflict (one belongs to another
  /// app, or is kept for the app of that name; the app has as many as it can; the router knows no
  /// names).
  virtual Result<std::vector<HostName>> add(const Actor& actor, const AppName& name,
                                            const std::vector<HostName>& hosts) = 0;
  /// All or none. Errors: NotFound (the app does not have one), Conflict (the app's own name).
  virtual Result<void> remove(const Actor& actor, const AppName& name,
                              const std::vector<HostName>& hosts) = 0;
};

}  // namespace minpaas::hooks
