#include "hooks/platform/push_places.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/git/repository.h"

namespace minpaas::hooks {

class PushPlaces::Hold : public PushHold {
 public:
  Hold(PushPlaces& places, AppName name) : places_(places), name_(std::move(name)) {}

  ~Hold() override { places_.release(name_); }

  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  PushPlaces& places_;
  AppName name_;
};

Result<void> PushPlaces::make(const AppName& name, std::string_view branch) {
  const std::scoped_lock one_at_a_time(mutex_);
  return make_locked(name, branch);
}

Result<void> PushPlaces::make_locked(const AppName& name, std::string_view branch) {
  const auto folder = parts_.repository(name);
  if (git::Repository::open(folder)) {
    return {};
  }
  const auto made = git::Repository::init(folder, branch);
  return made ? Result<void>() : made.error();
}

Result<void> PushPlaces::rename(const AppName& name, const AppName& to,
                                const std::function<Result<void>()>& change) {
  const std::scoped_lock one_at_a_time(mutex_);
  for (const AppName& used : {name, to}) {
    if (holds_.contains(used)) {
      return Error{ErrorCode::Busy, fmt::format("a push or a fetch of {} is under way", used.str()),
                   "try again when it has ended", ""};
    }
    TRY(parts_.apps.require_settled(used));
  }
  return change();
}

Result<std::unique_ptr<PushHold>> PushPlaces::hold(const AppName& name, std::string_view branch) {
  const std::scoped_lock one_at_a_time(mutex_);
  TRY(parts_.apps.require_settled(name));
  TRY(make_locked(name, branch));
  ++holds_[name];
  return std::unique_ptr<PushHold>(new Hold(*this, name));
}

void PushPlaces::release(const AppName& name) {
  const std::scoped_lock one_at_a_time(mutex_);
  const auto held = holds_.find(name);
  if (held == holds_.end() || --held->second > 0) {
    return;
  }
  holds_.erase(held);
  // An app has its row before `make` is called for it, so that none loses its repository here.
  const auto row = parts_.apps.get(name);
  if (row || row.error().code != ErrorCode::NotFound) {
    return;
  }
  std::error_code error;
  std::filesystem::remove_all(parts_.repository(name), error);
  if (error) {
    log::warn("the repository of a refused push to {} stays: {}", name.str(), error.message());
  }
}

}  // namespace minpaas::hooks
