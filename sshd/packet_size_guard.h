#pragma once

#include <libssh/libssh.h>

#include <cstdint>

#include "sshd/exec_queues.h"

namespace minpaas::sshd {

/// Output of ssh_channel_write: bytes taken, SSH_ERROR, or that the peer is hostile.
inline constexpr int kHostilePacketSize = -1000;

/// The first write on a channel. A peer that opened it with a largest packet of exactly 10 bytes
/// makes ssh_channel_write of libssh 0.10 loop for ever, because it subtracts 10 and then sends
/// empty packets; one with a little more makes a packet of every byte. The public interface does
/// not tell that size, but the loop logs each packet: this listens to the log of its own thread
/// and leaves the loop by longjmp at the first packet that is too small. Returns kHostilePacketSize
/// then; the channel must not be written to again, and the session should be ended.
/// `bytes` should be more than kLeastPacket long to find out; shorter writes also return in time.
int write_first(ssh_channel channel, OutputStream stream, const char* bytes, std::uint32_t length);

/// Peers that take less in one packet are not served. RFC 4253 6.1 asks for 32768.
inline constexpr std::uint32_t kLeastPacket = 64;

}  // namespace minpaas::sshd
