#include "hooks/access/known_masks.h"

namespace minpaas::hooks {

SharedMask KnownMasks::of(const AppName& app, const std::vector<ConfigVars>& secrets) {
  using Entries = std::map<AppName, std::weak_ptr<const Known>>;
  auto known = known_.with([&](const Entries& entries) {
    const auto found = entries.find(app);
    return found == entries.end() ? nullptr : found->second.lock();
  });
  if (!known || known->secrets != secrets) {
    auto made = std::make_shared<Known>(Known{secrets, {}});
    for (const ConfigVars& vars : secrets) {
      made->mask.hide(vars);
    }
    made->mask.keep(app.str());
    known = std::move(made);
    known_.with([&](Entries& entries) {
      std::erase_if(entries, [](const auto& entry) { return entry.second.expired(); });
      entries.insert_or_assign(app, known);
    });
  }
  return {known, &known->mask};
}

}  // namespace minpaas::hooks
