#include "tests/support/fake_domains.h"

#include "hooks/service/platform.h"

namespace minpaas::test {

Result<std::vector<hooks::Domain>> FakeDomains::list(const Actor& actor, const AppName& name) {
  TRY(platform_.app(actor, name));
  std::vector<hooks::Domain> domains{{name.str() + ".example", hooks::DomainSource::Platform}};
  for (const auto& [host, entry] : hosts_) {
    if (entry.app == name) {
      domains.push_back({host.str(), hooks::DomainSource::Added, entry.added_at});
    }
  }
  return domains;
}

Result<std::vector<HostName>> FakeDomains::add(const Actor& actor, const AppName& name,
                                               const std::vector<HostName>& hosts) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  std::vector<HostName> added;
  for (const HostName& host : hosts) {
    const auto known = hosts_.find(host);
    if (known != hosts_.end() && known->second.app != name) {
      return Error{ErrorCode::Conflict, host.str() + " belongs to another app", "", ""};
    }
    if (known == hosts_.end()) {
      added.push_back(host);
    }
  }
  for (const HostName& host : added) {
    hosts_.emplace(host, Entry{name, clock_.now()});
  }
  return added;
}

Result<void> FakeDomains::remove(const Actor& actor, const AppName& name,
                                 const std::vector<HostName>& hosts) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  for (const HostName& host : hosts) {
    const auto known = hosts_.find(host);
    if (known == hosts_.end() || known->second.app != name) {
      return Error{ErrorCode::NotFound, name.str() + " has no domain " + host.str(),
                   "list them: domains " + name.str(), ""};
    }
  }
  for (const HostName& host : hosts) {
    hosts_.erase(host);
  }
  return {};
}

std::vector<std::string> FakeDomains::added(const AppName& name) const {
  std::vector<std::string> hosts;
  for (const auto& [host, entry] : hosts_) {
    if (entry.app == name) {
      hosts.push_back(host.str());
    }
  }
  return hosts;
}

}  // namespace minpaas::test
