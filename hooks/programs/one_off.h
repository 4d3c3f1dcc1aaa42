#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/app/release.h"
#include "core/base/guarded.h"
#include "core/docker/engine.h"
#include "hooks/containers/process_set.h"

namespace minpaas::hooks {

/// A container that runs a single command for a person who waits for it.
struct OneOff {
  AppName app;
  /// From 1; the lowest that is free in the app.
  int index = 1;
  ReleaseNumber release{1};
  /// The command as people see it.
  std::string command;
  /// Of the container. It is chosen before that exists.
  std::string name;
  /// Absent until the engine has made it.
  std::optional<docker::ContainerId> container;
};

/// The one-off containers of this process. A container that carries a one-off's labels and is not
/// among them was left by a server that crashed. Thread: any.
class OneOffs {
 public:
  /// A place among them, from before the container is made until after it is removed.
  class Place {
   public:
    Place(OneOffs& all, std::list<OneOff>::iterator entry) : all_(all), entry_(entry) {}

    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

    [[nodiscard]] OneOff get() const;
    void made(const docker::ContainerId& container);

   private:
    OneOffs& all_;
    std::list<OneOff>::iterator entry_;
  };

  /// `unique` becomes part of the container's name.
  std::unique_ptr<Place> begin(const Release& release, std::string command, std::int64_t unique,
                               const ContainerPolicy& policy);
  void rename(const AppName& app, const AppName& to);
  [[nodiscard]] std::vector<OneOff> of(const AppName& app) const;
  /// Whether the container belongs to one of them.
  [[nodiscard]] bool own(const docker::ContainerDetails& container) const;

 private:
  Guarded<std::list<OneOff>> all_;
};

}  // namespace minpaas::hooks
