#include "sshd/git/pkt_line.h"

#include <algorithm>
#include <cstring>

namespace minpaas::sshd::git {
namespace {

Error bad_packet(std::string_view why) {
  return {ErrorCode::InvalidInput, "protocol error: " + std::string(why), "", ""};
}

/// The value of a hexadecimal digit, -1 for another character.
int hex_value(std::byte byte) {
  const auto digit = static_cast<char>(byte);
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  const char lower = static_cast<char>(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Result<std::size_t> read_length(std::span<const std::byte> digits) {
  std::size_t length = 0;
  for (const auto digit : digits) {
    const int value = hex_value(digit);
    if (value < 0) {
      return bad_packet("a packet has no valid length");
    }
    length = length * 16 + static_cast<std::size_t>(value);
  }
  // 1 to 3 are the delimiters of protocol version 2, which a push never uses.
  if ((length != 0 && length < kPktLengthBytes) || length > kMostPktBytes) {
    return bad_packet("a packet has no valid length");
  }
  return length;
}

}  // namespace

void append_pkt(std::string& out, std::string_view data) {
  static constexpr char kDigits[] = "0123456789abcdef";
  data = data.substr(0, kMostPktBytes - kPktLengthBytes);
  const std::size_t length = data.size() + kPktLengthBytes;
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += kDigits[(length >> shift) & 0xfU];
  }
  out += data;
}

std::string_view without_line_end(std::string_view data) {
  if (data.ends_with('\n')) {
    data.remove_suffix(1);
  }
  return data;
}

PktReader::PktReader(ByteReader& in) : in_(in), buffer_(kMostPktBytes) {}

Result<Pkt> PktReader::next(SteadyTime deadline) {
  if (!TRY(fill(kPktLengthBytes, deadline))) {
    if (held() > 0) {
      return bad_packet("the last packet is cut off");
    }
    return Pkt{};
  }
  const auto* start = buffer_.data() + begin_;
  const std::size_t length = TRY(read_length({start, kPktLengthBytes}));
  if (length == 0) {
    consume(kPktLengthBytes);
    return Pkt{Pkt::Kind::Flush, {}};
  }
  if (!TRY(fill(length, deadline))) {
    return bad_packet("the last packet is cut off");
  }
  const auto* data = reinterpret_cast<const char*>(buffer_.data() + begin_);
  consume(length);
  return Pkt{Pkt::Kind::Data, {data + kPktLengthBytes, length - kPktLengthBytes}};
}

Result<std::span<const std::byte>> PktReader::raw(SteadyTime deadline) {
  TRY(fill(1, deadline));
  return std::span<const std::byte>(buffer_.data() + begin_, held());
}

Result<bool> PktReader::fill(std::size_t wanted, SteadyTime deadline) {
  if (held() >= wanted) {
    return true;
  }
  std::memmove(buffer_.data(), buffer_.data() + begin_, held());
  end_ = held();
  begin_ = 0;
  while (end_ < wanted) {
    const std::size_t got = TRY(in_.read(std::span(buffer_).subspan(end_), deadline));
    if (got == 0) {
      return false;
    }
    end_ += got;
  }
  return true;
}

}  // namespace minpaas::sshd::git
