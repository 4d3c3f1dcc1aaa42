#pragma once

#include <chrono>
#include <set>
#include <vector>

#include "core/base/byte_stream.h"
#include "core/git/repository.h"
#include "sshd/git/fetch_header.h"

namespace minpaas::sshd::git {

/// The talk about what both sides have, gitprotocol-pack(5), "Packfile Negotiation": the peer names
/// commits, newest first, and is told which of them are here, until it knows enough.
class Negotiation {
 public:
  Negotiation(const minpaas::git::Repository& repository, const FetchHeader& header,
              PktReader& reader, ByteWriter& out)
      : repository_(repository), header_(header), reader_(reader), out_(out) {}

  /// Returns the commits that both have. Errors: InvalidInput, those of the streams.
  Result<std::vector<Oid>> run(std::chrono::seconds idle);

 private:
  Result<void> take_have(const Oid& id);
  Result<void> end_round();
  Result<bool> is_enough();
  Result<void> say(const std::string& line);

  const minpaas::git::Repository& repository_;
  const FetchHeader& header_;
  PktReader& reader_;
  ByteWriter& out_;
  std::vector<Oid> common_;
  std::set<Oid> known_;
  bool found_in_round_ = false;
  bool missed_in_round_ = false;
};

}  // namespace minpaas::sshd::git
