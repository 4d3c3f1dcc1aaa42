#include "sshd/commands/answer_mask.h"

#include <fmt/format.h>

#include <algorithm>

namespace minpaas::sshd::commands {

Result<SharedMask> mask_for(const Invocation& call, std::string_view app) {
  const auto name = AppName::parse(app);
  if (!name) {
    return std::make_shared<const SecretMask>();
  }
  auto mask = call.platform.secret_mask(call.actor, *name);
  return mask ? mask
              : mask.error().with_context(fmt::format(
                    "nothing is shown of {}, whose config values cannot be read to hide them",
                    name->str()));
}

Result<std::vector<SharedMask>> AnswerMask::read() const {
  std::vector<SharedMask> masks;
  for (const std::string& app : apps_) {
    masks.push_back(TRY(mask_for(call_, app)));
  }
  return masks;
}

Result<void> AnswerMask::prepare() {
  mask_.emplace(TRY(hooks::FreshMask::make([this] { return read(); }, call_.clock)));
  // A value may be set before the first word.
  mask_->expire();
  return {};
}

Result<std::string> AnswerMask::mask(std::string_view text) {
  if (!mask_) {
    TRY(prepare());
  }
  return mask_->apply_to_whole(text);
}

Result<std::string> AnswerMask::apply(std::string_view text) {
  if (failure_) {
    return *failure_;
  }
  if (std::ranges::count(apps_, text) > 0) {
    return std::string(text);
  }
  auto masked = mask(text);
  if (!masked) {
    failure_ = masked.error();
  }
  return masked;
}

}  // namespace minpaas::sshd::commands
