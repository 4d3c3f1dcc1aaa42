#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/git/pack_receiver.h"

namespace minpaas::git {

/// Reads a pack as a stream and refuses what `git_indexer` would let through: wrong declared sizes,
/// unknown object types, deltas against what is not in the pack, objects over the limits. It keeps
/// nothing but the offsets of the entries, and knows exactly where the pack ends. The checksum at
/// the end is left to git_indexer, which computes it anyway; only that of an empty pack is checked
/// here. gitformat-pack(5), "pack-*.pack files have the following format". No I/O. Thread: one.
class PackParser {
 public:
  explicit PackParser(const PackLimits& limits);
  ~PackParser();
  PackParser(const PackParser&) = delete;
  PackParser& operator=(const PackParser&) = delete;

  /// Takes bytes up to the end of the pack and returns how many. Errors: InvalidInput; the parser
  /// is then unusable.
  Result<std::size_t> feed(std::span<const std::byte> bytes);

  [[nodiscard]] bool complete() const { return state_ == State::Done; }

  /// True from the moment that the header was read.
  [[nodiscard]] bool has_header() const { return state_ != State::Header; }

  [[nodiscard]] std::uint32_t objects_total() const { return total_; }

  [[nodiscard]] std::uint32_t objects_received() const { return received_; }

 private:
  enum class State { Header, EntryHeader, OffsetDelta, RefDelta, Inflate, Trailer, Done };

  Result<std::size_t> step(std::span<const unsigned char> bytes);
  Result<void> read_header();
  Result<void> read_entry_byte(unsigned char byte);
  Result<void> begin_entry();
  Result<void> read_offset_byte(unsigned char byte);
  Result<void> begin_inflate();
  Result<std::size_t> inflate_some(std::span<const unsigned char> bytes);
  Result<void> note_output(std::span<const unsigned char> output);
  Result<void> end_entry();
  Result<void> end_pack();
  [[nodiscard]] Error too_large(std::string_view what, std::uint64_t bytes) const;
  /// Collects into `fixed_` until it holds `wanted` bytes; returns how many were taken.
  std::size_t collect(std::span<const unsigned char> bytes, std::size_t wanted);

  PackLimits limits_;
  State state_ = State::Header;
  std::uint64_t offset_ = 0;
  std::vector<unsigned char> fixed_;
  std::uint32_t total_ = 0;
  std::uint32_t received_ = 0;
  std::uint64_t expanded_bytes_ = 0;

  // The entry that is being read.
  std::uint64_t entry_offset_ = 0;
  unsigned type_ = 0;
  std::uint64_t declared_bytes_ = 0;
  unsigned shift_ = 0;
  bool first_byte_ = true;
  std::uint64_t base_distance_ = 0;
  std::uint64_t inflated_bytes_ = 0;
  std::vector<unsigned char> delta_start_;

  std::vector<std::uint64_t> entry_offsets_;
  std::vector<unsigned char> scratch_;

  struct Inflater;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace minpaas::git
