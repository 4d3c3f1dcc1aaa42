#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hooks/access/fresh_mask.h"
#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {

/// What hides the secrets of an app from who may see the app; for others, and for what is no app's
/// name, it hides nothing. Errors: they cannot be read.
Result<SharedMask> mask_for(const Invocation& call, std::string_view app);

/// Hides config values of apps in what a command says while it runs. They are read when it says the
/// first word, and once a second from then on: what is set meanwhile is hidden too, and what was
/// hidden stays so. A text that is the name of one of the apps was said by who asks, and stays.
/// `call` must outlive it. Thread: one.
class AnswerMask {
 public:
  AnswerMask(const Invocation& call, std::vector<std::string> apps)
      : call_(call), apps_(std::move(apps)) {}

  AnswerMask(const AnswerMask&) = delete;
  AnswerMask& operator=(const AnswerMask&) = delete;

  /// Whether they can be read. Errors: those of mask_for.
  Result<void> prepare();

  /// Errors: those of mask_for; the first is kept, and no text comes through after it.
  Result<std::string> apply(std::string_view text);

  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<std::vector<SharedMask>> read() const;
  Result<std::string> mask(std::string_view text);

  const Invocation& call_;
  std::vector<std::string> apps_;
  std::optional<hooks::FreshMask> mask_;
  std::optional<Error> failure_;
};

}  // namespace minpaas::sshd::commands
