#pragma once

#include <chrono>
#include <string>

#include "core/base/byte_stream.h"
#include "core/git/pack_receiver.h"
#include "core/git/repository.h"
#include "sshd/git/push_target.h"

namespace minpaas::sshd::git {

class PushSlots;

struct ReceivePackOptions {
  minpaas::git::PackLimits limits;
  /// Longest silence of the peer while commands or pack are due.
  std::chrono::seconds idle{120};
  /// Longest time to the first command (a pre-push hook may run before it), and from the first byte
  /// of the pack to the end of its check.
  std::chrono::seconds total{3600};
  /// Value of GIT_PROTOCOL as sent by the peer.
  std::string protocol;
  /// How many packs are taken in at once; none = no bound. Must outlive the conversation.
  PushSlots* slots = nullptr;
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
  using Updates = std::vector<minpaas::git::RefUpdate>;

  Result<minpaas::git::RefUpdate> plan(const RefCommand& command, PushProgress& progress);
  std::vector<Refusal> apply_atomically(const Updates& updates);
  std::vector<Refusal> apply_each(const Updates& updates);
  void adopt_head(const Updates& updates, const std::vector<Refusal>& refusals);

  minpaas::git::Repository& repository_;
};

}  // namespace minpaas::sshd::git
