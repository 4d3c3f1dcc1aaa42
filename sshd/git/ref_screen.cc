#include "sshd/git/ref_screen.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace minpaas::sshd::git {
namespace {

/// Names that git gives a meaning inside one repository, and ours.
constexpr std::array<std::string_view, 5> kHidden = {
    "refs/minpaas/", "refs/replace/", "refs/bisect/", "refs/worktree/", "refs/rewritten/"};

Refusal screen(const RefCommand& command) {
  // A fetch shows it, so a push may try; as a name it has a level too few for git.
  if (command.ref == "refs/live") {
    return "releases are not pushed";
  }
  if (!minpaas::git::RefName::parse(command.ref)) {
    return "funny refname";
  }
  const bool is_hidden = std::any_of(kHidden.begin(), kHidden.end(), [&](std::string_view prefix) {
    return command.ref.starts_with(prefix);
  });
  if (is_hidden) {
    return "deny updating a hidden ref";
  }
  return std::nullopt;
}

}  // namespace

std::vector<Refusal> screen_refs(const Push& push) {
  std::vector<Refusal> refusals;
  for (const auto& command : push.commands) {
    refusals.push_back(screen(command));
  }
  if (push.atomic) {
    refuse_others_if_any(refusals);
  }
  return refusals;
}

void refuse_others_if_any(std::vector<Refusal>& refusals) {
  const bool any = std::any_of(refusals.begin(), refusals.end(),
                               [](const Refusal& refusal) { return refusal.has_value(); });
  if (!any) {
    return;
  }
  for (auto& refusal : refusals) {
    if (!refusal) {
      refusal = "atomic push failure";
    }
  }
}

}  // namespace minpaas::sshd::git
