#include "hooks/programs/one_off.h"

#include <algorithm>

namespace minpaas::hooks {
namespace {

int lowest_free(const std::list<OneOff>& all, const AppName& app) {
  const auto taken = [&](int index) {
    return std::ranges::any_of(
        all, [&](const OneOff& other) { return other.app == app && other.index == index; });
  };
  int index = 1;
  while (taken(index)) {
    ++index;
  }
  return index;
}

}  // namespace

OneOffs::Place::~Place() {
  all_.all_.with([&](std::list<OneOff>& all) { all.erase(entry_); });
}

OneOff OneOffs::Place::get() const {
  return all_.all_.with([&](std::list<OneOff>&) { return *entry_; });
}

void OneOffs::Place::made(const docker::ContainerId& container) {
  all_.all_.with([&](std::list<OneOff>&) { entry_->container = container; });
}

std::unique_ptr<OneOffs::Place> OneOffs::begin(const Release& release, std::string command,
                                               std::int64_t unique, const ContainerPolicy& policy) {
  const auto entry = all_.with([&](std::list<OneOff>& all) {
    const int index = lowest_free(all, release.app);
    all.push_back({release.app, index, release.number, std::move(command),
                   container_name(release, kOneOffType, index, std::to_string(unique), policy),
                   std::nullopt});
    return std::prev(all.end());
  });
  return std::make_unique<Place>(*this, entry);
}

void OneOffs::rename(const AppName& app, const AppName& to) {
  all_.with([&](std::list<OneOff>& all) {
    for (OneOff& one : all) {
      one.app = one.app == app ? to : one.app;
    }
  });
}

std::vector<OneOff> OneOffs::of(const AppName& app) const {
  return all_.with([&](const std::list<OneOff>& all) {
    std::vector<OneOff> found;
    std::ranges::copy_if(all, std::back_inserter(found),
                         [&](const OneOff& one) { return one.app == app; });
    return found;
  });
}

bool OneOffs::own(const docker::ContainerDetails& container) const {
  return all_.with([&](const std::list<OneOff>& all) {
    return std::ranges::any_of(all, [&](const OneOff& one) { return one.name == container.name; });
  });
}

}  // namespace minpaas::hooks
