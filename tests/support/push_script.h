#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/app/oid.h"
#include "sshd/git/pkt_line.h"

namespace minpaas::test {

/// What a git client sends in a push, byte by byte.
class PushScript {
 public:
  explicit PushScript(std::string capabilities = " report-status side-band-64k agent=test")
      : capabilities_(std::move(capabilities)) {}

  PushScript& shallow(const Oid& id) {
    sshd::git::append_pkt(bytes_, "shallow " + id.hex());
    return *this;
  }

  PushScript& command(const std::string& ref, const Oid& old_oid, const Oid& new_oid) {
    std::string line = old_oid.hex() + " " + new_oid.hex() + " " + ref;
    if (!capabilities_.empty()) {
      line += '\0' + std::exchange(capabilities_, "");
    }
    sshd::git::append_pkt(bytes_, line);
    return *this;
  }

  PushScript& flush() {
    bytes_ += sshd::git::kFlushPkt;
    return *this;
  }

  PushScript& option(std::string_view text) {
    sshd::git::append_pkt(bytes_, text);
    return *this;
  }

  PushScript& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string capabilities_;
  std::string bytes_;
};

/// What the server answered, taken apart.
struct PushAnswer {
  std::string advertisement;
  /// Lines of the report: `unpack ok`, `ng refs/heads/x reason`.
  std::vector<std::string> report;
  /// Band 2 and band 3.
  std::string progress;
  std::string fault;
  int keep_alives = 0;
  /// The bands ended with a flush.
  bool finished = false;
};

/// Reads an answer with side-band-64k. Throws std::runtime_error when it is malformed.
PushAnswer read_answer(std::string_view bytes);

}  // namespace minpaas::test
