#include "sshd/git/pack_intake.h"

#include <algorithm>
#include <optional>

#include "core/base/log.h"
#include "core/git/pack_parser.h"
#include "sshd/git/push_slots.h"

namespace minpaas::sshd::git {
namespace {

using minpaas::git::PackReceiver;

constexpr std::size_t kMostDrainedBytes = 32U << 20;
constexpr std::chrono::seconds kMostDrainTime{30};
/// A client that sends nothing for this long has sent all of a pack whose end is not known.
constexpr std::chrono::seconds kDrainSilence{2};
constexpr std::chrono::seconds kLockPatience{60};
constexpr std::chrono::seconds kSlotPatience{60};
/// Every reader looks through the packs one after the other.
constexpr int kMostPacks = 20;

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Result<void> PackIntake::take(const std::vector<Oid>& tips, PushProgress& back) {
  std::optional<PushSlots::Slot> slot;
  if (options_.slots != nullptr) {
    auto place =
        options_.slots->acquire(repository_.folder().string(), now() + kSlotPatience, gone_);
    if (!place) {
      drain();
      return place.error();
    }
    slot.emplace(*std::move(place));
  }
  auto receiver = PackReceiver::begin(repository_, options_.limits);
  if (!receiver) {
    drain();
    return receiver.error();
  }
  if (auto received = receive(**receiver); !received) {
    drain_until_silence();
    return received;
  }
  TRY(check(**receiver, tips, back));
  return keep(**receiver);
}

Result<void> PackIntake::receive(PackReceiver& receiver) {
  deadline_ = now() + options_.total;
  while (!receiver.complete()) {
    const auto bytes = TRY(reader_.raw(std::min(now() + options_.idle, deadline_)));
    if (bytes.empty()) {
      return Error{ErrorCode::Disconnected, "the push ends within its pack", "", ""};
    }
    reader_.consume(TRY(receiver.append(bytes)));
  }
  return {};
}

Result<void> PackIntake::check(PackReceiver& receiver, const std::vector<Oid>& tips,
                               PushProgress& back) {
  return receiver.check(tips, [&]() -> Result<void> {
    back.keep_alive();
    if (gone_.stop_requested()) {
      return Error{ErrorCode::Cancelled, "the peer is gone", "", ""};
    }
    if (now() > deadline_) {
      return Error{ErrorCode::Timeout, "the pack takes too long to check", "push less history", ""};
    }
    return {};
  });
}

Result<void> PackIntake::keep(PackReceiver& receiver) {
  const auto lock =
      TRY(minpaas::git::PushLock::acquire(repository_.folder(), now() + kLockPatience));
  TRY(receiver.keep());
  if (const auto gathered = repository_.consolidate(kMostPacks); !gathered) {
    // The push itself is safe; the next one tries again.
    log::warn("push: packs are not gathered: {}", gathered.error().for_log());
  }
  return {};
}

void PackIntake::drain() {
  minpaas::git::PackParser parser(options_.limits);
  const auto deadline = now() + kMostDrainTime;
  std::size_t drained = 0;
  while (!parser.complete() && drained < kMostDrainedBytes) {
    const auto bytes = reader_.raw(deadline);
    if (!bytes || bytes->empty()) {
      return;
    }
    const auto taken = parser.feed(*bytes);
    if (!taken) {
      drain_until_silence();
      return;
    }
    drained += *taken;
    reader_.consume(*taken);
  }
}

void PackIntake::drain_until_silence() {
  const auto deadline = now() + kMostDrainTime;
  for (std::size_t drained = 0; drained < kMostDrainedBytes;) {
    const auto bytes = reader_.raw(std::min(now() + kDrainSilence, deadline));
    if (!bytes || bytes->empty()) {
      return;
    }
    drained += bytes->size();
    reader_.consume(bytes->size());
  }
}

}  // namespace minpaas::sshd::git
