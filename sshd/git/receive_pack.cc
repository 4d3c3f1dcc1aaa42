#include "sshd/git/receive_pack.h"

#include <algorithm>
#include <optional>

#include "core/base/log.h"
#include "sshd/git/advertisement.h"
#include "sshd/git/pack_intake.h"
#include "sshd/git/pkt_line.h"
#include "sshd/git/push_header.h"
#include "sshd/git/push_report.h"
#include "sshd/git/ref_screen.h"
#include "sshd/git/side_band.h"

namespace minpaas::sshd::git {
namespace {

/// git's own status for a conversation that broke.
constexpr int kBroken = 128;

bool is_peer_gone(const Error& error) {
  return error.code == ErrorCode::Disconnected || error.code == ErrorCode::Cancelled;
}

/// One push, from the advertisement to the report.
class Conversation {
 public:
  Conversation(minpaas::git::Repository& repository, PushTarget& target,
               const ReceivePackOptions& options, ExecStreams& streams)
      : repository_(repository),
        target_(target),
        options_(options),
        streams_(streams),
        reader_(streams.in) {}

  int run() {
    const auto refs = repository_.refs();
    if (!refs) {
      log::error("push: {}", refs.error().for_log());
      return refuse_service("the repository cannot be read; the server's log says why", streams_);
    }
    if (!streams_.out.write(advertisement(*refs, options_.protocol))) {
      return kBroken;
    }
    const auto read = read_push_header(reader_, {options_.total, options_.idle}, header_);
    back_.emplace(streams_,
                  header_.capabilities.side_band ? SideBand::Mode::Banded : SideBand::Mode::Plain);
    if (!read) {
      return broken(read.error());
    }
    if (header_.push.commands.empty()) {
      return 0;
    }
    log::debug("push: {} commands from {}", header_.push.commands.size(),
               header_.capabilities.agent);
    return serve();
  }

 private:
  int serve() {
    refusals_ = screen_refs(header_.push);
    admit();
    if (is_pack_due()) {
      if (const auto taken = take_pack(); !taken) {
        return is_peer_gone(taken.error()) ? broken(taken.error())
                                           : report_unpack_error(taken.error());
      }
    }
    refuse_tips_of_wrong_kind();
    apply();
    return report("ok");
  }

  /// Asks the target about the commands that are still standing.
  void admit() {
    ask([&](const Push& push) { return target_.admit(push, *back_); });
  }

  void apply() {
    ask([&](const Push& push) { return target_.apply(push, *back_); });
  }

  template <typename Question>
  void ask(Question&& question) {
    const auto standing = standing_commands();
    if (standing.empty()) {
      return;
    }
    Push push{{}, header_.push.options, header_.push.atomic};
    for (const auto index : standing) {
      push.commands.push_back(header_.push.commands[index]);
    }
    const auto answers = question(push);
    for (std::size_t i = 0; i < standing.size(); ++i) {
      refusals_[standing[i]] = answers.at(i);
    }
    settle_atomic();
  }

  [[nodiscard]] std::vector<std::size_t> standing_commands() const {
    std::vector<std::size_t> standing;
    for (std::size_t i = 0; i < refusals_.size(); ++i) {
      if (!refusals_[i]) {
        standing.push_back(i);
      }
    }
    return standing;
  }

  /// All or none: one refused command takes the others with it.
  void settle_atomic() {
    if (header_.push.atomic) {
      refuse_others_if_any(refusals_);
    }
  }

  /// A client sends a pack when any of its commands is no delete, whatever becomes of them.
  [[nodiscard]] bool is_pack_due() const {
    return std::any_of(header_.push.commands.begin(), header_.push.commands.end(),
                       [](const RefCommand& command) { return !command.is_delete(); });
  }

  [[nodiscard]] std::vector<Oid> standing_tips() const {
    std::vector<Oid> tips;
    for (const auto index : standing_commands()) {
      if (const auto& command = header_.push.commands[index]; !command.is_delete()) {
        tips.push_back(command.new_oid);
      }
    }
    return tips;
  }

  Result<void> take_pack() {
    PackIntake intake(repository_, options_, reader_, streams_.gone);
    const auto tips = standing_tips();
    if (tips.empty()) {
      intake.drain();
      return {};
    }
    auto taken = intake.take(tips, *back_);
    return taken ? taken : on_failed_intake(taken.error());
  }

  /// Missing objects are a matter of the refs, all else is one of the pack.
  Result<void> on_failed_intake(const Error& error) {
    if (error.code != ErrorCode::NotFound) {
      return error;
    }
    log::info("push: {}", error.for_log());
    const std::string reason = header_.is_shallow
                                   ? "shallow update not allowed (run: git fetch --unshallow)"
                                   : "missing necessary objects";
    for (const auto index : standing_commands()) {
      if (!header_.push.commands[index].is_delete()) {
        refusals_[index] = reason;
      }
    }
    return {};
  }

  void refuse_tips_of_wrong_kind() {
    for (const auto index : standing_commands()) {
      const auto& command = header_.push.commands[index];
      if (!command.is_delete() && command.ref.starts_with("refs/heads/") &&
          !repository_.is_commit(command.new_oid)) {
        refusals_[index] = "a branch must point to a commit";
      }
    }
    settle_atomic();
  }

  int report_unpack_error(const Error& error) {
    log::info("push: {}", error.for_log());
    if (!error.hint.empty()) {
      back_->line(" !     " + error.message);
      back_->line("       " + error.hint);
    }
    for (const auto index : standing_commands()) {
      refusals_[index] = "unpacker error";
    }
    return report(error.message);
  }

  int report(std::string_view unpack) {
    if (header_.capabilities.report_status) {
      back_->report(push_report(unpack, header_.push.commands, refusals_));
    }
    back_->finish();
    // A client with report-status fails by the report; a status beside it says nothing more.
    const bool refused = std::any_of(refusals_.begin(), refusals_.end(),
                                     [](const Refusal& refusal) { return refusal.has_value(); });
    return back_->is_broken() || (refused && !header_.capabilities.report_status) ? 1 : 0;
  }

  /// A peer that is gone does not hear it; one whose push ends because the server stops does.
  int broken(const Error& error) {
    log::info("push: ended early: {}", error.for_log());
    back_->fault(error.message);
    return kBroken;
  }

  minpaas::git::Repository& repository_;
  PushTarget& target_;
  const ReceivePackOptions& options_;
  ExecStreams& streams_;
  PktReader reader_;
  PushHeader header_;
  std::optional<SideBand> back_;
  std::vector<Refusal> refusals_;
};

}  // namespace

int serve_receive_pack(minpaas::git::Repository& repository, PushTarget& target,
                       const ReceivePackOptions& options, ExecStreams& streams) {
  return Conversation(repository, target, options, streams).run();
}

int refuse_service(std::string_view message, ExecStreams& streams) {
  std::string packet;
  append_pkt(packet, "ERR " + std::string(message) + "\n");
  if (!streams.out.write(packet)) {
    return kBroken;
  }
  return 1;
}

}  // namespace minpaas::sshd::git
