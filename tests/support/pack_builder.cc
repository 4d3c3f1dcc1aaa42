#include "tests/support/pack_builder.h"

#include <openssl/sha.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace minpaas::test {
namespace {

constexpr std::size_t kHeaderBytes = 12;

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(value >> shift);
  }
  return bytes;
}

std::string raw(const Oid& id) {
  return {id.raw().begin(), id.raw().end()};
}

}  // namespace

std::string sha1(std::string_view bytes) {
  std::string sum(SHA_DIGEST_LENGTH, '\0');
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
       reinterpret_cast<unsigned char*>(sum.data()));
  return sum;
}

Oid object_id(std::string_view type, std::string_view content) {
  std::string text(type);
  text += ' ' + std::to_string(content.size());
  text += '\0';
  const auto sum = sha1(text.append(content));
  std::array<unsigned char, Oid::kRawBytes> bytes{};
  std::copy(sum.begin(), sum.end(), bytes.begin());
  return Oid(bytes);
}

std::string deflate(std::string_view bytes) {
  uLongf size = ::compressBound(bytes.size());
  std::string out(size, '\0');
  ::compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  out.resize(size);
  return out;
}

std::string delta_size(std::uint64_t size) {
  std::string bytes;
  do {
    const auto low = static_cast<unsigned>(size & 0x7fU);
    size >>= 7;
    bytes += static_cast<char>(size == 0 ? low : low | 0x80U);
  } while (size != 0);
  return bytes;
}

std::string insert_delta(std::size_t source_size, std::string_view target) {
  std::string delta = delta_size(source_size) + delta_size(target.size());
  while (!target.empty()) {
    const auto piece = target.substr(0, 0x7f);
    delta += static_cast<char>(piece.size());
    delta += piece;
    target.remove_prefix(piece.size());
  }
  return delta;
}

std::string copy_delta(std::size_t source_size, std::size_t count, std::size_t times) {
  std::string delta = delta_size(source_size) + delta_size(count * times);
  for (std::size_t i = 0; i < times; ++i) {
    // Offset 0 needs no bytes; the size has three.
    delta += static_cast<char>(0xf0);
    delta += static_cast<char>(count & 0xffU);
    delta += static_cast<char>((count >> 8) & 0xffU);
    delta += static_cast<char>((count >> 16) & 0xffU);
  }
  return delta;
}

std::size_t PackBuilder::add(PackType type, std::string_view content,
                             std::optional<std::uint64_t> declared) {
  return add_raw(static_cast<unsigned>(type), "", content, declared);
}

std::size_t PackBuilder::add_raw(unsigned type, std::string_view prefix, std::string_view content,
                                 std::optional<std::uint64_t> declared) {
  const std::size_t offset = kHeaderBytes + entries_.size();
  std::uint64_t size = declared.value_or(content.size());
  auto byte = static_cast<unsigned>(type << 4 | (size & 0xfU));
  size >>= 4;
  while (size != 0) {
    entries_ += static_cast<char>(byte | 0x80U);
    byte = static_cast<unsigned>(size & 0x7fU);
    size >>= 7;
  }
  entries_ += static_cast<char>(byte);
  entries_ += prefix;
  entries_ += deflate(content);
  ++count_;
  return offset;
}

std::size_t PackBuilder::add_offset_delta(std::size_t base_offset, std::string_view delta) {
  std::uint64_t distance = kHeaderBytes + entries_.size() - base_offset;
  std::string bytes(1, static_cast<char>(distance & 0x7fU));
  while ((distance >>= 7) != 0) {
    --distance;
    bytes.insert(bytes.begin(), static_cast<char>(0x80U | (distance & 0x7fU)));
  }
  return add_raw(static_cast<unsigned>(PackType::OffsetDelta), bytes, delta);
}

std::size_t PackBuilder::add_ref_delta(const Oid& base, std::string_view delta) {
  return add_raw(static_cast<unsigned>(PackType::RefDelta), raw(base), delta);
}

std::string PackBuilder::finish(std::optional<std::uint32_t> count) const {
  const std::string pack = "PACK" + big_endian(2) + big_endian(count.value_or(count_)) + entries_;
  return pack + sha1(pack);
}

TreeBuilder& TreeBuilder::add(std::string_view mode, std::string_view name, const Oid& target) {
  content_ += mode;
  content_ += ' ';
  content_ += name;
  content_ += '\0';
  content_ += raw(target);
  return *this;
}

std::string commit_content(const Oid& tree, std::initializer_list<Oid> parents) {
  std::string text = "tree " + tree.hex() + "\n";
  for (const auto& parent : parents) {
    text += "parent " + parent.hex() + "\n";
  }
  return text +
         "author A <a@example.org> 1700000000 +0000\n"
         "committer A <a@example.org> 1700000000 +0000\n\nmessage\n";
}

std::string SampleCommit::pack() const {
  PackBuilder builder;
  builder.add(PackType::Commit, commit);
  builder.add(PackType::Tree, tree);
  builder.add(PackType::Blob, blob);
  return builder.finish();
}

}  // namespace minpaas::test
