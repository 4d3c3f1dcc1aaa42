#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/app/image_reference.h"
#include "core/base/byte_stream.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "hooks/service/deploy_outcome.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

/// What changes together with the code, in one release. When the deploy fails all is as before.
struct DeployChanges {
  /// A runtime's name, or `auto`.
  std::optional<std::string> runtime = std::nullopt;
  ConfigVars set = {};
};

/// By which a repository elsewhere lets the app's deploys in.
struct DeployKey {
  /// One line, as in a .pub file.
  std::string public_key;
  SystemTime created_at;
};

enum class DeployKeyChange { None, Renew, ForgetHosts };

/// The URL of a repository as it may be shown: without user and password. Empty: it is none.
std::string shown_repository(std::string_view url);

/// Deploys whose code is not pushed. Each makes the app where its name is free and a push would,
/// and goes through the queue of pushes. What it does before (an archive is read) is told to
/// `follow` alone. Errors common to all: those of a push (NotFound, PermissionDenied, Conflict: the
/// app is locked), InvalidInput (no such runtime, a bad config var), Disconnected (the follower
/// left; once the deploy is queued it goes on). Thread: any.
class Sources {
 public:
  virtual ~Sources() = default;

  /// A tar, plain or compressed with gzip, to its end. It becomes a commit on the deploy branch.
  /// Errors: also those of git::commit_archive, Timeout (nothing comes), Busy (too many at once).
  virtual Result<DeployOutcome> deploy_archive(const Actor& actor, const AppName& name,
                                               ByteReader& archive, const DeployChanges& changes,
                                               const Follow& follow) = 0;
  /// Fetches what `ref` (absent: the default branch) is at in another repository: over https, or
  /// over ssh with the app's deploy key. Errors: also those of git::RemoteUrl and
  /// git::fetch_commit, Busy (too many at once). No message has the URL's password.
  virtual Result<DeployOutcome> deploy_repository(const Actor& actor, const AppName& name,
                                                  const std::string& url,
                                                  const std::optional<std::string>& ref,
                                                  const DeployChanges& changes,
                                                  const Follow& follow) = 0;
  /// Without a build: the release runs the image's own command. The ref stays. `changes` has no
  /// runtime. Errors: also NotFound (there is no such image).
  virtual Result<DeployOutcome> deploy_image(const Actor& actor, const AppName& name,
                                             const ImageReference& image,
                                             const DeployChanges& changes,
                                             const Follow& follow) = 0;
  /// The app's key for repositories over ssh; made when there is none. Renew: a new one in its
  /// place. ForgetHosts: the next deploy takes the key that a server has then.
  virtual Result<DeployKey> deploy_key(const Actor& actor, const AppName& name,
                                       DeployKeyChange change) = 0;
};

}  // namespace minpaas::hooks
