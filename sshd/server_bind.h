#pragma once

#include <libssh/server.h>

#include <memory>
#include <mutex>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "sshd/host_keys.h"

namespace minpaas::sshd {

using SshSession = Handle<ssh_session_struct, ssh_free>;

/// AES-GCM is dropped where the installed libssh does not check its tags.
enum class GcmSupport { Offered, Dropped };

/// Host keys and algorithm lists, from which sessions are made. Read-only once made; thread: any.
class ServerBind {
 public:
  /// Errors: Internal when libssh refuses an option.
  static Result<ServerBind> make(const HostKeys& keys, GcmSupport gcm);

  /// A server session on `socket`, non-blocking, public keys only, no compression; the session owns
  /// the socket. `longest_wait` bounds the calls of libssh that block. Errors: Unavailable.
  Result<SshSession> accept(Fd socket, seconds longest_wait) const;

 private:
  explicit ServerBind(Handle<ssh_bind_struct, ssh_bind_free> bind) : bind_(std::move(bind)) {}

  Handle<ssh_bind_struct, ssh_bind_free> bind_;
  /// Sessions store errors in the bind.
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

}  // namespace minpaas::sshd
