#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_stream.h"
#include "core/base/result.h"

/// The packets of git's protocols, gitprotocol-common(5), "pkt-line Format".
namespace minpaas::sshd::git {

/// Largest packet, its four length digits included (LARGE_PACKET_MAX of git).
inline constexpr std::size_t kMostPktBytes = 65520;
inline constexpr std::size_t kPktLengthBytes = 4;
/// `0000`.
inline constexpr std::string_view kFlushPkt = "0000";

struct Pkt {
  enum class Kind { Data, Flush, End };

  Kind kind = Kind::End;
  /// As sent: a line end is still there. Valid until the next call of the reader.
  std::string_view data;
};

/// Appends one packet. `data` that does not fit into a packet is cut.
void append_pkt(std::string& out, std::string_view data);

/// The payload of a packet without the one LF that may end it.
std::string_view without_line_end(std::string_view data);

/// Reads packets, then the raw bytes behind them. Holds at most one packet of memory. Thread: one.
class PktReader {
 public:
  explicit PktReader(ByteReader& in);

  /// The next packet; End when the peer has ended between two packets.
  /// Errors: InvalidInput (bad length, cut off), those of the stream.
  Result<Pkt> next(SteadyTime deadline);

  /// Bytes that follow the packets, at least one, or none at the end. Valid until the next call.
  /// They stay until consume() takes them.
  Result<std::span<const std::byte>> raw(SteadyTime deadline);

  void consume(std::size_t bytes) { begin_ += bytes; }

 private:
  [[nodiscard]] std::size_t held() const { return end_ - begin_; }

  /// Reads until `wanted` bytes are held; false when the peer ends before.
  Result<bool> fill(std::size_t wanted, SteadyTime deadline);

  ByteReader& in_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace minpaas::sshd::git
