#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/app/oid.h"
#include "core/base/result.h"
#include "sshd/git/pkt_line.h"

namespace minpaas::sshd::git {

/// What the peer of a fetch chose of the capabilities that were offered.
struct FetchCapabilities {
  /// multi_ack_detailed.
  bool detailed_acks = false;
  bool side_band = false;
  bool no_progress = false;
  bool include_tag = false;
  std::string agent;
};

/// All that a fetch says before it talks of what it has.
struct FetchHeader {
  std::vector<Oid> wants;
  FetchCapabilities capabilities;
  /// Commits whose parents the peer does not have.
  std::set<Oid> shallow;
  /// Commits to send on each line of history; 0: all.
  std::uint32_t depth = 0;
};

inline constexpr std::size_t kMostWants = 100'000;

/// gitprotocol-pack(5), "Packfile Negotiation", up to the flush behind the wants. No wants: the
/// peer has all it needs. Errors: InvalidInput, those of the stream.
Result<FetchHeader> read_fetch_header(PktReader& reader, std::chrono::seconds idle);

}  // namespace minpaas::sshd::git
