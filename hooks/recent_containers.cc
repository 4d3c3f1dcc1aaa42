#include "hooks/recent_containers.h"

namespace minpaas::hooks {

Result<RecentContainers::List> RecentContainers::of(const std::string& label, SteadyTime now) {
  const List known = answers_.with([&](std::map<std::string, Answer>& answers) {
    std::erase_if(answers, [&](const auto& entry) { return now - entry.second.at >= kKept; });
    const auto found = answers.find(label);
    if (found == answers.end()) {
      return List();
    }
    if (now - found->second.at < kFresh || found->second.is_due) {
      return found->second.list;
    }
    found->second.is_due = true;
    return List();
  });
  if (known) {
    return known;
  }
  auto asked = ask_(label);
  if (!asked) {
    answers_.with([&](std::map<std::string, Answer>& answers) { answers.erase(label); });
    return asked.error();
  }
  const auto list =
      std::make_shared<const std::vector<docker::ContainerDetails>>(*std::move(asked));
  answers_.with([&](std::map<std::string, Answer>& answers) {
    answers.insert_or_assign(label, Answer{list, now, false});
  });
  return list;
}

}  // namespace minpaas::hooks
