#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/app/oid.h"
#include "core/base/result.h"
#include "core/git/repository.h"

namespace minpaas::git {

/// What a fetch gets: everything that the wants reach and the haves do not.
struct Fetch {
  /// Commits, or tags of anything.
  std::vector<Oid> wants;
  /// Commits that both sides have, with all that they reach but for what is behind `peer_shallow`.
  std::vector<Oid> haves;
  /// Commits of the peer whose parents it does not have.
  std::set<Oid> peer_shallow;
  /// Commits that are sent without their parents; absent: those of `peer_shallow`.
  std::optional<std::set<Oid>> boundary;
  /// Tags that go along when what they name does.
  std::vector<Oid> tags;
};

/// Where a shallow history ends.
struct DepthCut {
  /// Commits whose parents are beyond the depth.
  std::set<Oid> boundary;
  /// All commits within, those of the boundary too.
  std::set<Oid> within;
};

/// `depth` 1: the wants only. Errors: NotFound, Corrupt.
Result<DepthCut> cut_at_depth(const Repository& repository, const std::vector<Oid>& wants,
                              std::uint32_t depth);

/// What the id names, through tags of tags; the id itself when it is no tag. Errors: NotFound.
Result<Oid> peeled(const Repository& repository, const Oid& id);

/// Whether the commit is one of `others` or has one of them in its history.
Result<bool> descends_from_any(const Repository& repository, const Oid& commit,
                               const std::vector<Oid>& others);

/// Takes the pack in pieces, and news of the work; each returns false to stop it.
struct PackSink {
  std::function<bool(std::string_view bytes)> bytes;
  /// `Counting objects` or `Compressing objects`; `total` 0: not known yet.
  std::function<bool(std::string_view what, std::uint32_t done, std::uint32_t total)> progress;
};

/// Makes the pack (gitformat-pack(5)), never a thin one, and hands it over as it is made. Neither
/// sink may throw. Memory: about 60 bytes an object, and the window of deltas.
/// Errors: Cancelled (a sink stopped it), NotFound, Corrupt.
Result<void> write_pack(const Repository& repository, const Fetch& fetch, const PackSink& sink);

}  // namespace minpaas::git
