#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sshd/git/pkt_line.h"
#include "sshd/git/push_target.h"

namespace minpaas::sshd::git {

/// What the peer chose of the capabilities that were offered.
struct PushCapabilities {
  bool report_status = false;
  bool side_band = false;
  bool push_options = false;
  std::string agent;
};

/// All that a push says before its pack.
struct PushHeader {
  Push push;
  PushCapabilities capabilities;
  /// The peer has a shallow clone.
  bool is_shallow = false;
};

/// Bounds of what stands before a pack.
inline constexpr std::size_t kMostCommands = 1000;
inline constexpr std::size_t kMostShallowLines = 100'000;
inline constexpr std::size_t kMostPushOptions = 32;
inline constexpr std::size_t kMostPushOptionBytes = 1024;

/// Longest silences of the peer in front of the pack.
struct HeaderPatience {
  /// Before the first command: a pre-push hook runs on the other side.
  std::chrono::seconds first_command{3600};
  std::chrono::seconds idle{120};
};

/// Reads commands and push options into `header`, gitprotocol-pack(5), "Reference Update Request".
/// `header.push.commands` stays empty when the peer ends without any. After an error `header` holds
/// what was read before it. Errors: InvalidInput, those of the stream.
Result<void> read_push_header(PktReader& reader, const HeaderPatience& patience,
                              PushHeader& header);

}  // namespace minpaas::sshd::git
