#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/app/oid.h"

namespace minpaas::test {

enum class PackType : unsigned {
  Commit = 1,
  Tree = 2,
  Blob = 3,
  Tag = 4,
  OffsetDelta = 6,
  RefDelta = 7
};

/// The id of an object: SHA-1 over `type SP size NUL content`.
Oid object_id(std::string_view type, std::string_view content);
/// SHA-1 as 20 raw bytes.
std::string sha1(std::string_view bytes);
std::string deflate(std::string_view bytes);

/// A delta that makes `target` from any source of `source_size` bytes, by inserting it.
std::string insert_delta(std::size_t source_size, std::string_view target);
/// A delta that copies the first `count` bytes of the source `times` times.
std::string copy_delta(std::size_t source_size, std::size_t count, std::size_t times);
/// Little-endian base 128, as sizes in deltas.
std::string delta_size(std::uint64_t size);

/// Writes packs byte by byte, also ones that no git would write.
class PackBuilder {
 public:
  /// Adds an object; `declared` in place of its true size. Returns the offset of the entry.
  std::size_t add(PackType type, std::string_view content,
                  std::optional<std::uint64_t> declared = std::nullopt);
  /// An entry with any type number.
  std::size_t add_raw(unsigned type, std::string_view prefix, std::string_view content,
                      std::optional<std::uint64_t> declared = std::nullopt);
  std::size_t add_offset_delta(std::size_t base_offset, std::string_view delta);
  std::size_t add_ref_delta(const Oid& base, std::string_view delta);

  /// The pack; `count` in place of the true number of entries.
  [[nodiscard]] std::string finish(std::optional<std::uint32_t> count = std::nullopt) const;

 private:
  std::uint32_t count_ = 0;
  std::string entries_;
};

/// `mode name NUL id` for each entry, in the order given.
class TreeBuilder {
 public:
  TreeBuilder& add(std::string_view mode, std::string_view name, const Oid& target);

  [[nodiscard]] const std::string& content() const { return content_; }

 private:
  std::string content_;
};

std::string commit_content(const Oid& tree, std::initializer_list<Oid> parents = {});

/// A commit with one file, in pieces that tests can leave out or bend.
struct SampleCommit {
  std::string blob = "hello\n";
  std::string tree = TreeBuilder().add("100644", "a", object_id("blob", blob)).content();
  std::string commit = commit_content(object_id("tree", tree));
  Oid tip = object_id("commit", commit);
  Oid blob_id = object_id("blob", blob);

  [[nodiscard]] std::string pack() const;
};

}  // namespace minpaas::test
