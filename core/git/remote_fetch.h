#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/app/oid.h"
#include "core/base/dial.h"
#include "core/base/result.h"
#include "core/git/pack_receiver.h"
#include "core/git/remote_url.h"
#include "core/git/repository.h"

namespace minpaas::git {

/// Whom an ssh server sees.
struct SshIdentity {
  /// A private key (0600).
  std::filesystem::path key;
  /// Keys of servers; a new server's is added.
  std::filesystem::path known_hosts;
};

struct FetchRules {
  Reach reach = Reach::Public;
  SteadyTime deadline;
  /// After which a server that sends nothing is given up.
  milliseconds silence{30'000};
  PackLimits limits;
  /// Whom to believe that a server is who it says (PEM).
  std::filesystem::path ca_file = "/etc/ssl/certs/ca-certificates.crt";
  /// For ssh URLs.
  std::optional<SshIdentity> ssh = std::nullopt;
};

struct RemoteCommit {
  Oid id;
  /// `main`, `v1.0`, `HEAD`
  std::string ref;
};

/// A line of what goes on, for people.
using FetchProgress = std::function<void(std::string_view line)>;

/// Brings the commit that `ref` (a branch, a tag, `refs/...` or a tip's id; absent: the default
/// branch) is at in another repository into this one, with all that it reaches and is not here.
/// The pack goes through the quarantine and every check of a push as it arrives; no ref is made.
/// Takes the PushLock. Only addresses that the rules allow are connected to, also after a redirect.
/// Errors: NotFound (no host, no repository, no such ref), PermissionDenied (an address that is not
/// allowed, a wrong key or password), Unavailable (it does not answer), Timeout, Cancelled,
/// InvalidInput (over a limit, what a push of it is refused for), Failed. No message or cause has
/// the URL's secret. Thread: any.
Result<RemoteCommit> fetch_commit(Repository& repository, const RemoteUrl& url,
                                  const std::optional<std::string>& ref, const FetchRules& rules,
                                  const FetchProgress& progress, const std::stop_token& stop);

}  // namespace minpaas::git
