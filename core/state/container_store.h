#pragma once

#include <string>
#include <vector>

#include "core/app/release.h"
#include "core/state/database.h"

namespace minpaas::state {

/// A container that belongs to a release: written before it is started.
struct ContainerRow {
  std::string id;
  AppName app;
  ReleaseNumber release{1};
  ProcessType process = ProcessType::web();
  int index = 1;
};

/// Thread: any.
class ContainerStore {
 public:
  explicit ContainerStore(Database& database) : database_(database) {}

  /// Errors: NotFound (the app), Conflict (no such release), AlreadyExists.
  Result<void> add(const ContainerRow& row);
  /// Also succeeds when there is no such row.
  Result<void> remove(const std::string& id);
  Result<std::vector<ContainerRow>> of_release(const AppName& app, ReleaseNumber release);
  Result<std::vector<ContainerRow>> of_app(const AppName& app);

 private:
  Database& database_;
};

}  // namespace minpaas::state
