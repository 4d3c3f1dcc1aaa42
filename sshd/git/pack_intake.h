#pragma once

#include <stop_token>
#include <vector>

#include "core/app/oid.h"
#include "core/git/pack_receiver.h"
#include "core/git/repository.h"
#include "sshd/git/pkt_line.h"
#include "sshd/git/push_target.h"
#include "sshd/git/receive_pack.h"

namespace minpaas::sshd::git {

/// The pack of a push: from the stream into the repository, or read to its end and dropped. Finds
/// the end by itself: half of the clients keep the channel open and wait for the report.
/// Thread: the one of the push.
class PackIntake {
 public:
  PackIntake(minpaas::git::Repository& repository, const ReceivePackOptions& options,
             PktReader& reader, std::stop_token gone)
      : repository_(repository), options_(options), reader_(reader), gone_(std::move(gone)) {}

  /// Afterwards `tips` and all that they reach are in the repository, durable. `back` is kept alive
  /// during the check. Errors: those of PackReceiver (NotFound: objects are missing), Busy,
  /// Timeout, Disconnected, Cancelled.
  Result<void> take(const std::vector<Oid>& tips, PushProgress& back);
  /// Reads a pack that nobody wants, up to a bound.
  void drain();

 private:
  Result<void> receive(minpaas::git::PackReceiver& receiver);
  Result<void> check(minpaas::git::PackReceiver& receiver, const std::vector<Oid>& tips,
                     PushProgress& back);
  Result<void> keep(minpaas::git::PackReceiver& receiver);
  void drain_until_silence();

  minpaas::git::Repository& repository_;
  const ReceivePackOptions& options_;
  PktReader& reader_;
  std::stop_token gone_;
  SteadyTime deadline_ = SteadyTime::max();
};

}  // namespace minpaas::sshd::git
