#include "hooks/routing/local_domains.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

/// The map that all requests are looked up in has one line for each.
constexpr std::size_t kMostDomains = 500;

bool is_address(std::string_view domain) {
  return domain.find_first_not_of("0123456789.:") == std::string_view::npos;
}

std::string joined(const std::vector<HostName>& hosts) {
  std::vector<std::string_view> words;
  for (const HostName& host : hosts) {
    words.push_back(host.str());
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

bool contains(const std::vector<state::DomainRow>& rows, const HostName& host) {
  return std::ranges::find(rows, host, &state::DomainRow::host) != rows.end();
}

}  // namespace

/// Empty: below an address there are no names.
std::string LocalDomains::own_name(const AppName& app) const {
  const std::string& domain = settings_.platform_domain;
  return is_address(domain) ? "" : app.str() + "." + domain;
}

Result<std::vector<std::string>> LocalDomains::hosts_of(const AppName& app) {
  std::vector<std::string> hosts;
  for (const state::DomainRow& row : TRY(store_.of_app(app))) {
    hosts.push_back(row.host.str());
  }
  const std::string own = own_name(app);
  if (!own.empty()) {
    hosts.insert(hosts.begin(), own);
  }
  return hosts;
}

Result<std::vector<Domain>> LocalDomains::list(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Read));
  std::vector<Domain> domains;
  const std::string own = own_name(name);
  if (!own.empty()) {
    domains.push_back({own, DomainSource::Platform});
  }
  for (const state::DomainRow& row : TRY(store_.of_app(name))) {
    domains.push_back({row.host.str(), DomainSource::Added, row.added_at});
  }
  return domains;
}

/// What is below the platform's domain but for the app's own part; the domain itself is for an
/// administrator to give.
Result<void> LocalDomains::require_not_platforms(const Actor& actor, const AppName& name,
                                                 const HostName& host) const {
  const std::string& domain = settings_.platform_domain;
  const std::string own = own_name(name);
  const bool is_given = actor.role == Role::Admin && host.str() == domain;
  if (is_address(domain) || is_given || (!own.empty() && host.is_within(own))) {
    return {};
  }
  const auto over = HostName::parse(domain);
  const auto wildcard = over ? over->covering() : std::nullopt;
  if (host.is_within(domain) || (wildcard && *wildcard == host)) {
    return Error{ErrorCode::Conflict,
                 fmt::format("{} is kept for the apps of this server", host.str()),
                 fmt::format("{} and the names below it are theirs", domain), ""};
  }
  return {};
}

/// A member may not add a host that another app's wildcard covers, nor a wildcard that covers
/// another app's host.
Result<void> LocalDomains::require_no_overlap(const Actor& actor, const AppName& name,
                                              const HostName& host) {
  if (actor.role == Role::Admin) {
    return {};
  }
  const Error taken{ErrorCode::Conflict,
                    fmt::format("{} overlaps with names of another app", host.str()),
                    "an administrator of this server can add it", ""};
  if (const auto wildcard = host.covering()) {
    const auto owner = TRY(store_.owner(*wildcard));
    return owner && *owner != name ? Result<void>(taken) : Result<void>();
  }
  if (!host.is_wildcard()) {
    return {};
  }
  if (host.str().find('.', 2) == std::string::npos) {
    return taken;
  }
  for (const state::AppRow& app : TRY(apps_.list())) {
    for (const state::DomainRow& row : TRY(store_.of_app(app.name))) {
      if (app.name != name && row.host.is_child_of(std::string_view(host.str()).substr(2))) {
        return taken;
      }
    }
  }
  return {};
}

/// Whose a taken name is, only those learn who may see that app.
Result<bool> LocalDomains::is_new(const Actor& actor, const AppName& name, const HostName& host) {
  if (host.str() == own_name(name)) {
    return false;
  }
  TRY(require_not_platforms(actor, name, host));
  TRY(require_no_overlap(actor, name, host));
  const auto owner = TRY(store_.owner(host));
  if (owner && *owner != name) {
    const bool may_know = access_.find(actor, *owner, AppRight::Read).has_value();
    return Error{
        ErrorCode::Conflict,
        fmt::format("{} belongs to {}", host.str(), may_know ? owner->str() : "another app"),
        may_know ? fmt::format("take it away first: domains:remove {} {}", owner->str(), host.str())
                 : "",
        ""};
  }
  return !owner;
}

Result<std::vector<HostName>> LocalDomains::add(const Actor& actor, const AppName& name,
                                                const std::vector<HostName>& hosts) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  if (!router_.serves_names()) {
    return Error{ErrorCode::Conflict,
                 "this server reaches apps by port only: its router is not HAProxy",
                 "install haproxy on the server, and set [router] kind = haproxy", ""};
  }
  const std::scoped_lock turn(turn_);
  std::vector<HostName> added;
  for (const HostName& host : hosts) {
    const bool wanted = TRY(is_new(actor, name, host));
    if (wanted && std::ranges::find(added, host) == added.end()) {
      added.push_back(host);
    }
  }
  if (TRY(store_.of_app(name)).size() + added.size() > kMostDomains) {
    return Error{ErrorCode::Conflict,
                 fmt::format("an app can have at most {} domains", kMostDomains),
                 "one of the form *.example.com stands for many", ""};
  }
  TRY(store_.add(name, added, clock_.now()));
  auto told = tell_router(name);
  if (!told) {
    TRY(store_.remove(name, added));
    return told.error();
  }
  if (!added.empty()) {
    log::info("{} added {} to {}", actor.name, joined(added), name.str());
    settings_.changed();
  }
  return added;
}

Result<void> LocalDomains::require_had(const AppName& name, const std::vector<HostName>& hosts) {
  const auto rows = TRY(store_.of_app(name));
  for (const HostName& host : hosts) {
    if (host.str() == own_name(name)) {
      return Error{ErrorCode::Conflict,
                   fmt::format("{} is the name that {} has by itself", host.str(), name.str()), "",
                   ""};
    }
    if (!contains(rows, host)) {
      return Error{ErrorCode::NotFound, fmt::format("{} has no domain {}", name.str(), host.str()),
                   fmt::format("list them: domains {}", name.str()), ""};
    }
  }
  return {};
}

Result<void> LocalDomains::remove(const Actor& actor, const AppName& name,
                                  const std::vector<HostName>& hosts) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  const std::scoped_lock turn(turn_);
  TRY(require_had(name, hosts));
  TRY(store_.remove(name, hosts));
  log::info("{} removed {} from {}", actor.name, joined(hosts), name.str());
  settings_.changed();
  return tell_router(name);
}

Result<void> LocalDomains::tell_router(const AppName& name) {
  if (!router_.serves_names()) {
    return {};
  }
  std::vector<std::string> hosts;
  for (const state::DomainRow& row : TRY(store_.of_app(name))) {
    hosts.push_back(row.host.str());
  }
  return router_.set_domains(name, std::move(hosts));
}

Result<void> LocalDomains::prepare() {
  const std::scoped_lock turn(turn_);
  for (const state::AppRow& app : TRY(apps_.list())) {
    TRY(tell_router(app.name));
  }
  return {};
}

}  // namespace minpaas::hooks
