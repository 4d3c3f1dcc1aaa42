#include "sshd/git/negotiation.h"

#include <algorithm>
#include <span>

#include "core/git/outgoing_pack.h"

namespace minpaas::sshd::git {
namespace {

constexpr std::string_view kHave = "have ";
/// More is no honest history.
constexpr std::size_t kMostHaves = 1'000'000;
/// The newest are the likeliest to say that it is enough; each is looked for in the history.
constexpr std::size_t kMostAsked = 8;

Error bad_fetch(std::string_view why) {
  return {ErrorCode::InvalidInput, "protocol error: " + std::string(why), "", ""};
}

}  // namespace

Result<std::vector<Oid>> Negotiation::run(std::chrono::seconds idle) {
  for (std::size_t haves = 0; haves < kMostHaves; ++haves) {
    const Pkt pkt = TRY(reader_.next(std::chrono::steady_clock::now() + idle));
    if (pkt.kind == Pkt::Kind::End) {
      return Error{ErrorCode::Disconnected, "the fetch ends before it is done", "", ""};
    }
    if (pkt.kind == Pkt::Kind::Flush) {
      TRY(end_round());
      continue;
    }
    const auto line = without_line_end(pkt.data);
    if (line == "done") {
      const bool acknowledges = !common_.empty() && header_.capabilities.detailed_acks;
      const bool none = common_.empty();
      if (acknowledges) {
        TRY(say("ACK " + common_.back().hex()));
      } else if (none) {
        TRY(say("NAK"));
      }
      return common_;
    }
    const auto id = line.starts_with(kHave) ? Oid::parse(line.substr(kHave.size()))
                                            : Result<Oid>(bad_fetch("a have is due"));
    TRY(id);
    TRY(take_have(*id));
  }
  return bad_fetch("the peer does not come to an end of what it has");
}

Result<void> Negotiation::take_have(const Oid& id) {
  if (!repository_.is_commit(id)) {
    missed_in_round_ = true;
    return {};
  }
  found_in_round_ = true;
  if (!known_.insert(id).second) {
    return {};
  }
  common_.push_back(id);
  if (header_.capabilities.detailed_acks) {
    return say("ACK " + id.hex() + " common");
  }
  return common_.size() == 1 ? say("ACK " + id.hex()) : Result<void>();
}

Result<void> Negotiation::end_round() {
  const bool may_be_enough = found_in_round_ && !missed_in_round_;
  if (header_.capabilities.detailed_acks && may_be_enough) {
    const bool enough = TRY(is_enough());
    TRY(enough ? say("ACK " + common_.back().hex() + " ready") : Result<void>());
  }
  found_in_round_ = false;
  missed_in_round_ = false;
  const bool is_due = common_.empty() || header_.capabilities.detailed_acks;
  return is_due ? say("NAK") : Result<void>();
}

/// Whether everything that is wanted builds on something that both have.
Result<bool> Negotiation::is_enough() {
  const std::size_t asked = std::min(common_.size(), kMostAsked);
  const std::vector<Oid> newest(common_.begin(), common_.begin() + static_cast<long>(asked));
  for (const Oid& want : header_.wants) {
    const auto commit = TRY(minpaas::git::peeled(repository_, want));
    const bool builds_on = repository_.is_commit(commit) &&
                           TRY(minpaas::git::descends_from_any(repository_, commit, newest));
    if (!builds_on) {
      return false;
    }
  }
  return true;
}

Result<void> Negotiation::say(const std::string& line) {
  std::string packet;
  append_pkt(packet, line + "\n");
  return out_.write(packet);
}

}  // namespace minpaas::sshd::git
