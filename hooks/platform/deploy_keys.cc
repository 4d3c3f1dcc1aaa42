#include "hooks/platform/deploy_keys.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/program.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostKeyBytes = 16 * 1024;
constexpr std::size_t kMostHostsBytes = 256 * 1024;
constexpr milliseconds kKeygenTime{30'000};

/// Removed with all that is in it.
class PrivateFolder {
 public:
  static Result<PrivateFolder> make(const std::filesystem::path& parent) {
    TRY(make_folder(parent, 0700));
    std::string path = (parent / "XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) {
      return file_error(path, "create", errno);
    }
    return PrivateFolder(path);
  }

  PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

  PrivateFolder& operator=(PrivateFolder&&) = delete;

  ~PrivateFolder() {
    if (!path_.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(path_, ignored);
    }
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit PrivateFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace

class DeployKeys::Files : public KeyFiles {
 public:
  Files(PrivateFolder folder, state::DeployKeyStore& store, AppName app, std::string known_hosts)
      : folder_(std::move(folder)),
        store_(store),
        app_(std::move(app)),
        known_hosts_(std::move(known_hosts)) {}

  Result<void> write(const Secret& key) {
    TRY(create_file(folder_.path() / "key", key.reveal(), 0600));
    return create_file(folder_.path() / "known_hosts", known_hosts_, 0600);
  }

  [[nodiscard]] git::SshIdentity identity() const override {
    return {folder_.path() / "key", folder_.path() / "known_hosts"};
  }

  Result<void> keep() override {
    const auto now = TRY(read_file(folder_.path() / "known_hosts", kMostHostsBytes));
    return now == known_hosts_ ? Result<void>() : store_.set_known_hosts(app_, now);
  }

 private:
  PrivateFolder folder_;
  state::DeployKeyStore& store_;
  AppName app_;
  std::string known_hosts_;
};

std::filesystem::path DeployKeys::folder() const {
  return parts_.settings.server.data_dir / "deploy-keys";
}

void DeployKeys::sweep() {
  std::error_code ignored;
  std::filesystem::remove_all(folder(), ignored);
}

Result<state::DeployKeyRow> DeployKeys::make(const AppName& app) {
  const std::string program = find_program("ssh-keygen");
  if (program.empty()) {
    return Error{ErrorCode::NotFound, "the server has no ssh-keygen",
                 "install openssh-client there", ""};
  }
  const auto place = TRY(PrivateFolder::make(folder()));
  const auto file = place.path() / "key";
  const ProgramCall call{.arguments = {program, "-q", "-t", "ed25519", "-N", "", "-C",
                                       fmt::format("minpaas-{}", app.str()), "-f", file.string()},
                         .environment = {"LC_ALL=C"},
                         .time_limit = kKeygenTime};
  const auto end = TRY(run_program(call, {}));
  if (end.status != 0) {
    return Error{ErrorCode::Failed, "ssh-keygen could not make a key", "", end.output};
  }
  auto secret = TRY(read_file(file, kMostKeyBytes));
  const auto open = TRY(read_file(file.string() + ".pub", kMostKeyBytes));
  state::DeployKeyRow row{std::string(trim(open)), Secret(std::move(secret)), "",
                          parts_.clock.now()};
  TRY(store_.put(app, row));
  log::info("{} has a new deploy key", app.str());
  return row;
}

Result<state::DeployKeyRow> DeployKeys::provide(const AppName& app) {
  const std::scoped_lock one_at_a_time(making_);
  const auto has = TRY(store_.of_app(app));
  return has ? Result<state::DeployKeyRow>(*has) : make(app);
}

Result<state::DeployKeyRow> DeployKeys::renew(const AppName& app) {
  const std::scoped_lock one_at_a_time(making_);
  return make(app);
}

Result<void> DeployKeys::forget_hosts(const AppName& app) {
  return store_.set_known_hosts(app, "");
}

Result<std::unique_ptr<KeyFiles>> DeployKeys::files(const AppName& app) {
  const auto row = store_.of_app(app);
  if (!row && row.error().code != ErrorCode::NotFound) {
    return row.error();
  }
  if (!row || !*row) {
    return Error{ErrorCode::NotFound, fmt::format("{} has no deploy key yet", app.str()),
                 fmt::format("deploy-key {0} makes one and prints it (apps:create {0} first, where "
                             "there is no app); add it at the repository",
                             app.str()),
                 ""};
  }
  auto place = TRY(PrivateFolder::make(folder()));
  auto files = std::make_unique<Files>(std::move(place), store_, app, (*row)->known_hosts);
  TRY(files->write((*row)->private_key));
  return std::unique_ptr<KeyFiles>(std::move(files));
}

}  // namespace minpaas::hooks
