#pragma once

#include <map>

#include "hooks/service/domains.h"

namespace minpaas::hooks {
class Platform;
}

namespace minpaas::test {

/// Domains in memory; every app has APP.example by itself. Thread: one at a time.
class FakeDomains : public hooks::Domains {
 public:
  FakeDomains(hooks::Platform& platform, const Clock& clock) : platform_(platform), clock_(clock) {}

  Result<std::vector<hooks::Domain>> list(const Actor& actor, const AppName& name) override;
  Result<std::vector<HostName>> add(const Actor& actor, const AppName& name,
                                    const std::vector<HostName>& hosts) override;
  Result<void> remove(const Actor& actor, const AppName& name,
                      const std::vector<HostName>& hosts) override;

  /// Those that were added.
  [[nodiscard]] std::vector<std::string> added(const AppName& name) const;

 private:
  struct Entry {
    AppName app;
    SystemTime added_at;
  };

  hooks::Platform& platform_;
  const Clock& clock_;
  std::map<HostName, Entry> hosts_;
};

}  // namespace minpaas::test
