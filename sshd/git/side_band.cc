#include "sshd/git/side_band.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/base/terminal_text.h"
#include "sshd/git/pkt_line.h"

namespace minpaas::sshd::git {
namespace {

constexpr char kReportBand = 1;
constexpr char kProgressBand = 2;
constexpr char kFaultBand = 3;
constexpr std::size_t kMostBandBytes = kMostPktBytes - kPktLengthBytes - 1;

}  // namespace

SideBand::SideBand(ExecStreams& streams, Mode mode, std::chrono::milliseconds keep_alive_after)
    : streams_(streams),
      mode_(mode),
      keep_alive_after_(keep_alive_after),
      last_sent_(std::chrono::steady_clock::now()) {}

void SideBand::line(std::string_view text) {
  const std::string safe = sanitize_terminal(text) + "\n";
  if (mode_ == Mode::Banded) {
    send(kProgressBand, safe);
  } else {
    put(streams_.err, safe);
  }
}

void SideBand::keep_alive() {
  if (mode_ == Mode::Banded && std::chrono::steady_clock::now() - last_sent_ >= keep_alive_after_) {
    std::string packet;
    append_pkt(packet, std::string_view(&kReportBand, 1));
    put(streams_.out, packet);
  }
}

void SideBand::report(std::string_view bytes) {
  if (mode_ == Mode::Banded) {
    send(kReportBand, bytes);
  } else {
    put(streams_.out, bytes);
  }
}

void SideBand::fault(std::string_view text) {
  const std::string safe = "fatal: " + sanitize_terminal(text) + "\n";
  if (mode_ == Mode::Banded) {
    send(kFaultBand, safe);
  } else {
    put(streams_.err, safe);
  }
}

void SideBand::finish() {
  if (mode_ == Mode::Banded) {
    put(streams_.out, kFlushPkt);
  }
}

void SideBand::send(char band, std::string_view bytes) {
  std::string packets;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, kMostBandBytes);
    append_pkt(packets, std::string(1, band).append(piece));
    bytes.remove_prefix(piece.size());
  }
  put(streams_.out, packets);
}

void SideBand::put(ByteWriter& to, std::string_view bytes) {
  if (broken_) {
    return;
  }
  if (const auto written = to.write(bytes); !written) {
    log::debug("push: the peer no longer reads: {}", written.error().for_log());
    broken_ = true;
  }
  last_sent_ = std::chrono::steady_clock::now();
}

}  // namespace minpaas::sshd::git
