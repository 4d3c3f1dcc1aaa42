#include "core/git/pack_parser.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "core/app/oid.h"
#include "core/base/text.h"

namespace minpaas::git {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kScratchBytes = 64 * 1024;
/// Two sizes of at most ten bytes each begin a delta.
constexpr std::size_t kMostDeltaHeaderBytes = 20;
/// SHA-1 of the twelve bytes of a header that announces no objects.
constexpr std::string_view kEmptyPackChecksum = "029d08823bd8a8eab510ad6ac75c823cfd3ed31e";
constexpr unsigned kOffsetDelta = 6;
constexpr unsigned kRefDelta = 7;

Error bad_pack(std::string_view why) {
  return {ErrorCode::InvalidInput, fmt::format("bad pack: {}", why), "", ""};
}

/// A size of a delta header (little-endian base 128). `at` moves past it; false when it is cut off.
bool read_delta_size(std::span<const unsigned char> bytes, std::size_t& at, std::uint64_t& size) {
  size = 0;
  for (unsigned shift = 0; at < bytes.size() && shift < 64; shift += 7) {
    const unsigned char byte = bytes[at++];
    size |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) {
      return true;
    }
  }
  return false;
}

std::uint32_t big_endian(std::span<const unsigned char> bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

}  // namespace

struct PackParser::Inflater {
  Inflater() { inflateInit(&zlib); }

  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  ~Inflater() { inflateEnd(&zlib); }

  z_stream zlib{};
};

PackParser::PackParser(const PackLimits& limits)
    : limits_(limits), scratch_(kScratchBytes), inflater_(std::make_unique<Inflater>()) {}

PackParser::~PackParser() = default;

Result<std::size_t> PackParser::feed(std::span<const std::byte> bytes) {
  std::span<const unsigned char> rest(reinterpret_cast<const unsigned char*>(bytes.data()),
                                      bytes.size());
  const std::size_t given = rest.size();
  while (!rest.empty() && state_ != State::Done) {
    const std::size_t taken = TRY(step(rest));
    offset_ += taken;
    if (offset_ > limits_.pack_bytes) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("the pack is larger than {}",
                               format_bytes(static_cast<long long>(limits_.pack_bytes))),
                   "push less history, or raise [git] max_pack_bytes on the server", ""};
    }
    rest = rest.subspan(taken);
    if (state_ == State::Trailer && fixed_.size() == Oid::kRawBytes) {
      TRY(end_pack());
    }
  }
  return given - rest.size();
}

Result<std::size_t> PackParser::step(std::span<const unsigned char> bytes) {
  switch (state_) {
    case State::Header: {
      const std::size_t taken = collect(bytes, kHeaderBytes);
      if (fixed_.size() == kHeaderBytes) {
        TRY(read_header());
      }
      return taken;
    }
    case State::EntryHeader:
      // The offset of the entry is that of its first byte.
      if (first_byte_) {
        entry_offset_ = offset_;
      }
      TRY(read_entry_byte(bytes[0]));
      return std::size_t{1};
    case State::OffsetDelta:
      TRY(read_offset_byte(bytes[0]));
      return std::size_t{1};
    case State::RefDelta: {
      const std::size_t taken = collect(bytes, Oid::kRawBytes);
      if (fixed_.size() == Oid::kRawBytes) {
        TRY(begin_inflate());
      }
      return taken;
    }
    case State::Inflate:
      return inflate_some(bytes);
    case State::Trailer:
      return collect(bytes, Oid::kRawBytes);
    case State::Done:
      break;
  }
  return std::size_t{0};
}

std::size_t PackParser::collect(std::span<const unsigned char> bytes, std::size_t wanted) {
  const std::size_t taken = std::min(bytes.size(), wanted - fixed_.size());
  fixed_.insert(fixed_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken;
}

Result<void> PackParser::read_header() {
  const std::span<const unsigned char> header(fixed_);
  if (!std::equal(header.begin(), header.begin() + 4, "PACK")) {
    return bad_pack("it does not begin with PACK");
  }
  if (big_endian(header.subspan(4)) != 2) {
    return bad_pack("only version 2 is known");
  }
  total_ = big_endian(header.subspan(8));
  if (total_ > limits_.objects) {
    return Error{
        ErrorCode::InvalidInput,
        fmt::format("the pack has {} objects, at most {} are taken", total_, limits_.objects),
        "push less history, or raise [git] max_objects on the server", ""};
  }
  fixed_.clear();
  state_ = total_ == 0 ? State::Trailer : State::EntryHeader;
  return {};
}

Result<void> PackParser::read_entry_byte(unsigned char byte) {
  if (first_byte_) {
    type_ = (byte >> 4) & 7U;
    declared_bytes_ = byte & 0xfU;
    shift_ = 4;
    first_byte_ = false;
  } else {
    // 4 + 7 * 8 bits is more than any size that the limits allow.
    if (shift_ > 4 + 7 * 7) {
      return bad_pack("the size of an object has too many digits");
    }
    declared_bytes_ |= static_cast<std::uint64_t>(byte & 0x7fU) << shift_;
    shift_ += 7;
  }
  if ((byte & 0x80U) != 0) {
    return {};
  }
  first_byte_ = true;
  return begin_entry();
}

Result<void> PackParser::begin_entry() {
  if (type_ == 0 || type_ == 5) {
    return bad_pack(fmt::format("object type {} does not exist", type_));
  }
  if (declared_bytes_ > limits_.object_bytes) {
    return too_large("a file", declared_bytes_);
  }
  entry_offsets_.push_back(entry_offset_);
  fixed_.clear();
  if (type_ == kOffsetDelta) {
    base_distance_ = 0;
    state_ = State::OffsetDelta;
    return {};
  }
  if (type_ == kRefDelta) {
    state_ = State::RefDelta;
    return {};
  }
  return begin_inflate();
}

Error PackParser::too_large(std::string_view what, std::uint64_t bytes) const {
  return {ErrorCode::InvalidInput,
          fmt::format("{} has {}, at most {} are taken", what,
                      format_bytes(static_cast<long long>(bytes)),
                      format_bytes(static_cast<long long>(limits_.object_bytes))),
          "keep large files out of git (also out of its history), or raise [git] max_object_bytes "
          "on the server",
          ""};
}

Result<void> PackParser::read_offset_byte(unsigned char byte) {
  if (first_byte_) {
    base_distance_ = byte & 0x7fU;
    first_byte_ = false;
  } else {
    if (base_distance_ > (entry_offset_ >> 7)) {
      return bad_pack("the base of a delta lies before the pack");
    }
    base_distance_ = ((base_distance_ + 1) << 7) | (byte & 0x7fU);
  }
  if ((byte & 0x80U) != 0) {
    return {};
  }
  first_byte_ = true;
  if (base_distance_ == 0 || base_distance_ > entry_offset_ ||
      !std::binary_search(entry_offsets_.begin(), entry_offsets_.end() - 1,
                          entry_offset_ - base_distance_)) {
    return bad_pack("the base of a delta is no object of the pack");
  }
  return begin_inflate();
}

Result<void> PackParser::begin_inflate() {
  inflateReset(&inflater_->zlib);
  inflated_bytes_ = 0;
  delta_start_.clear();
  fixed_.clear();
  state_ = State::Inflate;
  return {};
}

Result<std::size_t> PackParser::inflate_some(std::span<const unsigned char> bytes) {
  z_stream& zlib = inflater_->zlib;
  // zlib takes non-const input for historical reasons and does not write to it.
  zlib.next_in = const_cast<unsigned char*>(bytes.data());
  zlib.avail_in = static_cast<unsigned>(std::min<std::size_t>(bytes.size(), 1U << 30));
  const std::size_t given = zlib.avail_in;
  for (;;) {
    zlib.next_out = scratch_.data();
    zlib.avail_out = static_cast<unsigned>(scratch_.size());
    const int status = inflate(&zlib, Z_NO_FLUSH);
    TRY(note_output(std::span(scratch_).first(scratch_.size() - zlib.avail_out)));
    if (status == Z_STREAM_END) {
      TRY(end_entry());
      break;
    }
    if (status != Z_OK && status != Z_BUF_ERROR) {
      return bad_pack("an object is not valid zlib data");
    }
    if (zlib.avail_in == 0 && zlib.avail_out != 0) {
      break;
    }
  }
  return given - zlib.avail_in;
}

Result<void> PackParser::note_output(std::span<const unsigned char> output) {
  inflated_bytes_ += output.size();
  if (inflated_bytes_ > declared_bytes_) {
    return bad_pack("an object is longer than it declares");
  }
  const bool is_delta = type_ == kOffsetDelta || type_ == kRefDelta;
  if (is_delta && delta_start_.size() < kMostDeltaHeaderBytes) {
    const auto wanted = std::min(output.size(), kMostDeltaHeaderBytes - delta_start_.size());
    delta_start_.insert(delta_start_.end(), output.begin(),
                        output.begin() + static_cast<std::ptrdiff_t>(wanted));
  }
  return {};
}

Result<void> PackParser::end_entry() {
  if (inflated_bytes_ != declared_bytes_) {
    return bad_pack("an object is shorter than it declares");
  }
  std::uint64_t expanded = inflated_bytes_;
  if (type_ == kOffsetDelta || type_ == kRefDelta) {
    std::size_t at = 0;
    std::uint64_t source_bytes = 0;
    std::uint64_t target_bytes = 0;
    if (!read_delta_size(delta_start_, at, source_bytes) ||
        !read_delta_size(delta_start_, at, target_bytes)) {
      return bad_pack("a delta is cut off");
    }
    if (source_bytes > limits_.object_bytes || target_bytes > limits_.object_bytes) {
      return too_large("a delta makes an object that", std::max(source_bytes, target_bytes));
    }
    expanded = target_bytes;
  }
  expanded_bytes_ += expanded;
  if (expanded_bytes_ > limits_.expanded_bytes) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("the pack has more than {} when unpacked",
                             format_bytes(static_cast<long long>(limits_.expanded_bytes))),
                 "push less history", ""};
  }
  ++received_;
  state_ = received_ == total_ ? State::Trailer : State::EntryHeader;
  fixed_.clear();
  return {};
}

Result<void> PackParser::end_pack() {
  if (total_ == 0 && to_hex(fixed_) != kEmptyPackChecksum) {
    return bad_pack("its checksum is wrong");
  }
  state_ = State::Done;
  return {};
}

}  // namespace minpaas::git
