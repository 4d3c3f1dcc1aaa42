#pragma once

#include <chrono>
#include <string>

#include "core/base/byte_stream.h"
#include "core/git/pack_receiver.h"
#include "core/git/repository.h"
#include "sshd/git/push_target.h"

namespace minpaas::sshd::git {

struct ReceivePackOptions {
  minpaas::git::PackLimits limits;
  /// Longest silence of the peer while commands or pack are due.
  std::chrono::seconds idle{120};
  /// Longest time from the first byte of the pack to its last.
  std::chrono::seconds total{3600};
  /// Value of GIT_PROTOCOL as sent by the peer.
  std::string protocol;
};

/// Serves one git-receive-pack conversation (gitprotocol-pack(5), v0 and v1) over `streams` and
/// returns the exit status. Objects enter the repository only after all checks.
int serve_receive_pack(minpaas::git::Repository& repository, PushTarget& target,
                       const ReceivePackOptions& options, ExecStreams& streams);

/// Sends `ERR message` in place of the ref advertisement: the client prints it and exits 128.
int refuse_service(std::string_view message, ExecStreams& streams);

/// The target of `minpaasd receive-pack DIR`: refs move as the commands say, nothing is deployed.
class BareTarget : public PushTarget {
 public:
  explicit BareTarget(minpaas::git::Repository& repository) : repository_(repository) {}

  std::vector<Refusal> admit(const Push& push, PushProgress& progress) override;
  std::vector<Refusal> apply(const Push& push, PushProgress& progress) override;

 private:
  minpaas::git::Repository& repository_;
};

}  // namespace minpaas::sshd::git
