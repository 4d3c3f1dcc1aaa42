#include "sshd/commands/answer_mask.h"

#include <algorithm>

#include "sshd/commands/on_record.h"

namespace minpaas::sshd::commands {
namespace {

constexpr milliseconds kFresh{1000};

}  // namespace

std::string AnswerMask::apply(std::string_view text) {
  if (std::ranges::count(apps_, text) > 0) {
    return std::string(text);
  }
  const SteadyTime now = call_.clock.steady();
  if (!read_at_ || now - *read_at_ >= kFresh) {
    for (const std::string& app : apps_) {
      mask_.hide(mask_for(call_, app));
    }
    read_at_ = now;
  }
  return mask_.apply_to_whole(text);
}

}  // namespace minpaas::sshd::commands
