#include "sshd/git/upload_pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/log.h"
#include "core/git/outgoing_pack.h"
#include "sshd/git/advertisement.h"
#include "sshd/git/fetch_header.h"
#include "sshd/git/negotiation.h"
#include "sshd/git/pkt_line.h"
#include "sshd/git/push_slots.h"
#include "sshd/git/receive_pack.h"
#include "sshd/git/side_band.h"

namespace minpaas::sshd::git {
namespace {

using minpaas::git::Ref;

/// git's own status for a conversation that broke.
constexpr int kBroken = 128;
constexpr std::chrono::seconds kSlotPatience{60};
constexpr std::chrono::seconds kNewsInterval{1};
/// Pieces of a pack are gathered to this, since libgit2 hands over small ones.
constexpr std::size_t kPieceBytes = 64U << 10;

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

std::string percent(std::string_view what, std::uint32_t done, std::uint32_t total) {
  constexpr std::uint64_t kWhole = 100;
  return total == 0 ? fmt::format("{}: {}", what, done)
                    : fmt::format("{}: {}% ({}/{})", what, done * kWhole / total, done, total);
}

/// Carries the pack and the news of its making to the peer.
class Carrier {
 public:
  Carrier(SideBand& back, bool is_quiet, const std::stop_token& gone)
      : back_(back), is_quiet_(is_quiet), gone_(gone) {}

  minpaas::git::PackSink sink() {
    return {[this](std::string_view bytes) { return take(bytes); },
            [this](std::string_view what, std::uint32_t done, std::uint32_t total) {
              return tell(what, done, total);
            }};
  }

  void flush() {
    back_.report(held_);
    held_.clear();
  }

 private:
  bool take(std::string_view bytes) {
    held_ += bytes;
    if (held_.size() >= kPieceBytes) {
      flush();
    }
    return goes_on();
  }

  bool tell(std::string_view what, std::uint32_t done, std::uint32_t total) {
    if (!is_quiet_ && now() >= tell_at_) {
      tell_at_ = now() + kNewsInterval;
      back_.line(percent(what, done, total));
    }
    back_.keep_alive();
    return goes_on();
  }

  [[nodiscard]] bool goes_on() const { return !back_.is_broken() && !gone_.stop_requested(); }

  SideBand& back_;
  bool is_quiet_;
  const std::stop_token& gone_;
  std::string held_;
  SteadyTime tell_at_ = now() + kNewsInterval;
};

/// One fetch, from the advertisement to the end of the pack.
class Conversation {
 public:
  Conversation(minpaas::git::Repository& repository, const UploadPackOptions& options,
               ExecStreams& streams)
      : repository_(repository), options_(options), streams_(streams), reader_(streams.in) {}

  int run() {
    if (const auto read = read_refs(); !read) {
      log::error("fetch: {}", read.error().for_log());
      return refuse_service("the repository cannot be read; the server's log says why", streams_);
    }
    const auto head = repository_.head_branch();
    const std::string text =
        fetch_advertisement(refs_, head ? *head : std::string(), options_.protocol);
    if (!streams_.out.write(text)) {
      return kBroken;
    }
    const auto served = serve();
    if (served) {
      return 0;
    }
    log::info("fetch: ended early: {}", served.error().for_log());
    return tell(served.error());
  }

 private:
  Result<void> read_refs() {
    for (const Ref& ref : TRY(repository_.refs())) {
      const Oid peeled = TRY(minpaas::git::peeled(repository_, ref.target));
      refs_.push_back({ref, peeled});
    }
    for (const Ref& ref : options_.more_refs) {
      if (repository_.has_object(ref.target)) {
        refs_.push_back({ref, ref.target});
      }
    }
    std::ranges::sort(refs_, {}, [](const AdvertisedRef& each) { return each.ref.name; });
    return {};
  }

  Result<void> serve() {
    header_ = TRY(read_fetch_header(reader_, options_.idle));
    if (header_.wants.empty()) {
      return {};
    }
    log::debug("fetch: {} wants from {}", header_.wants.size(), header_.capabilities.agent);
    TRY(check_wants());
    TRY(answer_depth());
    fetch_.wants = header_.wants;
    fetch_.haves = TRY(Negotiation(repository_, header_, reader_, streams_.out).run(options_.idle));
    return send();
  }

  Result<void> check_wants() {
    std::set<Oid> offered;
    for (const AdvertisedRef& each : refs_) {
      offered.insert(each.ref.target);
    }
    for (const Oid& want : header_.wants) {
      if (!offered.contains(want)) {
        return Error{ErrorCode::NotFound, fmt::format("not our ref {}", want.hex()), "", ""};
      }
    }
    return {};
  }

  /// "Shallow Update": where the history ends now, and where it no longer does.
  Result<void> answer_depth() {
    for (const Oid& id : header_.shallow) {
      // The peer may have histories of elsewhere too.
      if (repository_.is_commit(id)) {
        fetch_.peer_shallow.insert(id);
      }
    }
    if (header_.depth == 0) {
      return {};
    }
    const auto cut = TRY(minpaas::git::cut_at_depth(repository_, header_.wants, header_.depth));
    std::string lines;
    for (const Oid& id : cut.boundary) {
      if (!header_.shallow.contains(id)) {
        append_pkt(lines, "shallow " + id.hex());
      }
    }
    for (const Oid& id : header_.shallow) {
      if (cut.within.contains(id) && !cut.boundary.contains(id)) {
        append_pkt(lines, "unshallow " + id.hex());
      }
    }
    lines += kFlushPkt;
    fetch_.boundary = cut.boundary;
    return streams_.out.write(lines);
  }

  Result<void> send() {
    std::optional<PushSlots::Slot> slot;
    if (options_.slots != nullptr) {
      slot.emplace(TRY(options_.slots->acquire(repository_.folder().string(), now() + kSlotPatience,
                                               streams_.gone)));
    }
    if (header_.capabilities.include_tag) {
      for (const AdvertisedRef& each : refs_) {
        if (each.peeled != each.ref.target) {
          fetch_.tags.push_back(each.ref.target);
        }
      }
    }
    back_.emplace(streams_,
                  header_.capabilities.side_band ? SideBand::Mode::Banded : SideBand::Mode::Plain);
    Carrier carrier(*back_, header_.capabilities.no_progress || !header_.capabilities.side_band,
                    streams_.gone);
    TRY(minpaas::git::write_pack(repository_, fetch_, carrier.sink()));
    carrier.flush();
    back_->finish();
    return back_->is_broken() ? Error{ErrorCode::Disconnected, "the peer is gone", "", ""}
                              : Result<void>();
  }

  int tell(const Error& error) {
    if (back_) {
      back_->fault(error.message);
      return kBroken;
    }
    static_cast<void>(refuse_service("upload-pack: " + error.message, streams_));
    return kBroken;
  }

  minpaas::git::Repository& repository_;
  const UploadPackOptions& options_;
  ExecStreams& streams_;
  PktReader reader_;
  std::vector<AdvertisedRef> refs_;
  FetchHeader header_;
  minpaas::git::Fetch fetch_;
  std::optional<SideBand> back_;
};

}  // namespace

int serve_upload_pack(minpaas::git::Repository& repository, const UploadPackOptions& options,
                      ExecStreams& streams) {
  return Conversation(repository, options, streams).run();
}

}  // namespace minpaas::sshd::git
