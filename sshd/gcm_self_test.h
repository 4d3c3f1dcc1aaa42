#pragma once

#include <optional>

#include "sshd/server_bind.h"

namespace minpaas::sshd {

/// What the wire between the two ends of the self-test does with one encrypted packet.
enum class Tampering { None, FlipsTagBit };

/// Connects a client and a server of the installed libssh inside this process, with AES-256-GCM,
/// sends one packet over a wire with `tampering`, and tells whether the server took it. Absent when
/// the two did not get so far. Takes a few milliseconds. Thread: any.
std::optional<bool> gcm_packet_is_taken(Tampering tampering);

/// Offered when the server takes a good packet and refuses a tampered one. libssh 0.10.6 before
/// Debian's deb12u3 takes both (CVE-2026-59847), and no version number tells.
GcmSupport test_gcm();

}  // namespace minpaas::sshd
