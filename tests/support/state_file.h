#pragma once

#include <memory>
#include <stdexcept>

#include "core/state/stores.h"
#include "tests/support/temp_dir.h"

namespace minpaas::test {

/// A real database file in a folder of its own, with the stores that need no secret key.
class StateFile {
 public:
  StateFile() { reopen(); }

  /// Closes every connection; only reopen() and path() may follow.
  void close() { database_.reset(); }

  /// As after a restart: every connection is closed, the file is opened anew.
  void reopen() {
    close();
    auto opened = state::Database::open(path());
    if (!opened) {
      throw std::runtime_error(opened.error().for_log());
    }
    database_ = *std::move(opened);
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "minpaas.db"; }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  [[nodiscard]] state::Database& database() const { return *database_; }

  [[nodiscard]] state::AppStore apps() const { return state::AppStore(*database_); }

  [[nodiscard]] state::ReleaseStore releases() const { return state::ReleaseStore(*database_); }

  [[nodiscard]] state::DeployStore deploys() const { return state::DeployStore(*database_); }

  [[nodiscard]] state::ContainerStore containers() const {
    return state::ContainerStore(*database_);
  }

  [[nodiscard]] state::InstanceStore instance() const { return state::InstanceStore(*database_); }

 private:
  TempDir folder_{quick_folder()};
  std::unique_ptr<state::Database> database_;
};

/// `text` must be a valid app name.
inline AppName app_name(std::string_view text) {
  return AppName::parse(text).value();
}

/// A moment, in seconds since 1970.
inline SystemTime at_second(int second) {
  return SystemTime(seconds(second));
}

/// A release of the app with nothing in it.
inline Release release_of(const AppName& app) {
  return {app, ReleaseNumber(1), ReleaseState::Pending, {}, {}, 0, {}, 0, {}, {}, {}, {}, {}};
}

/// A push of the app that names no commit and no ref.
inline state::DeployRow deploy_of(const AppName& app) {
  return {0,
          app,
          state::DeployKind::Push,
          state::DeployStage::Queued,
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {}};
}

/// Creates the app with a port from 10000 up.
inline state::AppRow add_app(StateFile& file, std::string_view name) {
  return file.apps()
      .create(
          app_name(name), 10000, 19999, [](int) { return true; }, at_second(1))
      .value();
}

}  // namespace minpaas::test
