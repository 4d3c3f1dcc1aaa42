#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {

/// Hides config values of apps in what a command says while it runs. They are read when it says the
/// first word, and once a second from then on: what is set meanwhile is hidden too, and what was
/// hidden stays so. A text that is the name of one of the apps was said by who asks, and stays.
/// `call` must outlive it. Thread: one.
class AnswerMask {
 public:
  AnswerMask(const Invocation& call, const std::vector<std::string>& apps)
      : call_(call), apps_(apps) {}

  std::string apply(std::string_view text);

 private:
  const Invocation& call_;
  const std::vector<std::string>& apps_;
  SecretMask mask_;
  std::optional<SteadyTime> read_at_;
};

}  // namespace minpaas::sshd::commands
