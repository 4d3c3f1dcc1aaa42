#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hooks/service/platform.h"
#include "tests/support/fake_build_secrets.h"
#include "tests/support/fake_certificates.h"
#include "tests/support/fake_checks.h"
#include "tests/support/fake_cron.h"
#include "tests/support/fake_domains.h"
#include "tests/support/fake_events.h"
#include "tests/support/fake_maintenance.h"
#include "tests/support/fake_people.h"
#include "tests/support/fake_resources.h"
#include "tests/support/fake_sources.h"
#include "tests/support/fake_standing.h"
#include "tests/support/fake_storage.h"
#include "tests/support/fake_tokens.h"

namespace minpaas::test {

/// A working model of the service layer in memory: apps, config, releases, builds, keys. A deploy
/// is over at once, in the way that the script says. Thread: one at a time.
class FakePlatform : public hooks::Platform {
 public:
  explicit FakePlatform(const Clock& clock) : clock_(clock) {}

  /// How deploys end from now on, and what they print.
  struct Script {
    state::DeployStage stage = state::DeployStage::Succeeded;
    std::string reason;
    std::vector<std::string> lines{"-----> Starting", "=====> done"};
    ErrorCode failure = ErrorCode::Failed;
  };

  Script script;
  /// When set, every call fails with it.
  std::optional<Error> outage;
  /// When set, what is to be hidden of apps cannot be read.
  std::optional<Error> mask_outage;
  std::vector<hooks::DoctorFinding> findings;

  struct LogLine {
    ProcessType process;
    int index = 1;
    SystemTime at;
    std::string text;
  };

  /// A deploy as a push makes it: the app is created when it is not there.
  void deploy(std::string_view app, const Oid& commit, std::string runtime = "python");
  void add_log(std::string_view app, LogLine line);
  /// The arguments of the last call of logs.
  std::optional<hooks::LogQuery> last_query;
  /// Of the last call of run or exec.
  std::optional<hooks::ProgramRequest> last_program;

  Result<std::vector<hooks::AppSummary>> apps(const Actor& actor) override;
  Result<hooks::AppReport> app(const Actor& actor, const AppName& name) override;
  Result<hooks::AppReport> create_app(const Actor& actor, const AppName& name) override;
  Result<void> set_app(const Actor& actor, const AppName& name,
                       const std::vector<std::pair<std::string, std::string>>& values) override;
  Result<hooks::AppReport> rename_app(const Actor& actor, const AppName& name,
                                      const AppName& to) override;
  Result<void> destroy_app(const Actor& actor, const AppName& name, bool with_storage) override;
  Result<ConfigVars> config(const Actor& actor, const AppName& name) override;
  Result<SharedMask> secret_mask(const Actor& actor, const AppName& name) override;
  Result<hooks::DeployOutcome> change_config(const Actor& actor, const AppName& name,
                                             const ConfigVars& set,
                                             const std::vector<ConfigKey>& unset,
                                             const hooks::Follow& follow) override;
  Result<hooks::PushPlace> open_for_push(const Actor& actor, const AppName& name) override;
  Result<hooks::FetchSource> open_for_fetch(const Actor& actor, const AppName& name) override;
  Result<hooks::DeployOutcome> push(const Actor& actor, const hooks::PushRequest& request,
                                    const hooks::Follow& follow) override;
  Result<hooks::DeployOutcome> rebuild(const Actor& actor, const AppName& name, bool no_cache,
                                       const hooks::Follow& follow) override;
  Result<hooks::DeployOutcome> restart(const Actor& actor, const AppName& name,
                                       const std::optional<ProcessType>& type,
                                       const hooks::Follow& follow) override;
  Result<hooks::DeployOutcome> stop(const Actor& actor, const AppName& name,
                                    const hooks::Follow& follow) override;
  Result<hooks::DeployOutcome> start(const Actor& actor, const AppName& name,
                                     const hooks::Follow& follow) override;
  Result<hooks::DeployOutcome> scale(const Actor& actor, const AppName& name,
                                     const Formation& quantities,
                                     const hooks::Follow& follow) override;
  Result<void> lock(const Actor& actor, const AppName& name) override;
  Result<bool> unlock(const Actor& actor, const AppName& name) override;
  Result<void> require_open(const Actor& actor, const AppName& name) override;
  Result<std::vector<hooks::ProcessReport>> processes(const Actor& actor,
                                                      const AppName& name) override;
  /// `echo`, `cat`, `exit N`, `kill-me`; no other program is there.
  Result<hooks::ProgramOutcome> run(const Actor& actor, const AppName& name,
                                    const hooks::ProgramRequest& request,
                                    ExecStreams& peer) override;
  /// The same in web.1.
  Result<hooks::ProgramOutcome> exec(const Actor& actor, const AppName& name,
                                     const ProcessType& process, int index,
                                     const hooks::ProgramRequest& request,
                                     ExecStreams& peer) override;
  Result<std::vector<Release>> releases(const Actor& actor, const AppName& name,
                                        state::Page page) override;
  Result<hooks::ReleaseReport> release(const Actor& actor, const AppName& name,
                                       ReleaseNumber number) override;
  Result<hooks::ReleaseDiff> compare_releases(const Actor& actor, const AppName& name,
                                              ReleaseNumber from, ReleaseNumber to) override;
  Result<hooks::DeployOutcome> rollback(const Actor& actor, const AppName& name,
                                        std::optional<ReleaseNumber> number,
                                        const hooks::Follow& follow) override;
  Result<std::vector<state::DeployRow>> builds(const Actor& actor, const AppName& name,
                                               hooks::BuildsScope scope, state::Page page) override;
  Result<state::DeployRow> build_output(const Actor& actor, const AppName& name,
                                        std::optional<std::int64_t> id,
                                        const hooks::Follow& follow) override;
  Result<int> cancel_builds(const Actor& actor, const AppName& name) override;
  Result<void> logs(const Actor& actor, const AppName& name, const hooks::LogQuery& query,
                    const hooks::AppLogSink& sink, std::stop_token gone) override;

  FakePeople& people() override { return people_; }

  FakeEvents& events() override { return events_; }

  hooks::Resources& resources() override { return resources_; }

  hooks::Storage& storage() override { return storage_; }

  hooks::Domains& domains() override { return domains_; }

  hooks::Maintenance& maintenance() override { return maintenance_; }

  hooks::BuildSecrets& build_secrets() override { return build_secrets_; }

  hooks::Cron& cron() override { return cron_; }

  hooks::Checks& checks() override { return checks_; }

  FakeTokens& tokens() override { return tokens_; }

  hooks::StandingWatch& standing() override { return standing_watch_; }

  /// What the watch is told of everyone.
  FakeStanding& standing_of_all() { return standing_; }

  FakeSources& sources() override { return sources_; }

  Result<std::vector<hooks::DoctorFinding>> doctor(const Actor& actor) override;

  FakeCertificates& certificates() override { return certificates_; }

 private:
  /// A deploy with its output.
  struct Build {
    state::DeployRow row;
    std::vector<std::string> lines;

    [[nodiscard]] bool built_something() const { return state::makes_image(row.kind); }
  };

  struct App {
    std::string branch = "main";
    std::string chosen_runtime;
    int port = 0;
    SystemTime created_at;
    ConfigVars config;
    /// Of each release.
    std::map<ReleaseNumber, ConfigVars> configs;
    std::vector<Release> releases;
    std::vector<Build> builds;
    std::vector<LogLine> logs;
    bool stopped = false;
    bool overlap = true;
    seconds drain_timeout{30};
    std::optional<std::string> locked_by;
    std::optional<SystemTime> locked_at;

    [[nodiscard]] const Release* live() const;
  };

  /// Errors: the outage, NotFound.
  Result<App*> find(const AppName& name);
  /// Errors: also Conflict (it is locked).
  Result<App*> find_open(const AppName& name);
  /// One that has a release. Errors: also Conflict (it has none).
  Result<App*> find_live(const AppName& name);
  /// Plays the script of a deploy that makes no release.
  Result<hooks::DeployOutcome> play_same(App& app, const state::DeployRow& row,
                                         const hooks::Follow& follow);
  Result<void> require_admin(const Actor& actor) const;
  /// Errors: those of find, NotFound.
  Result<const Release*> find_release(const AppName& name, ReleaseNumber number);
  static state::DeployRow new_row(const AppName& app, state::DeployKind kind, const Actor& actor);
  App& make(const AppName& name);
  hooks::AppReport report(const AppName& name, const App& app) const;
  /// Plays the script: lines to the follower, then a release when it says so; that goes on when the
  /// follower leaves, who gets Disconnected.
  Result<hooks::DeployOutcome> play(App& app, state::DeployRow row, Release next,
                                    const hooks::Follow& follow);
  Release next_release(const AppName& name, const App& app, const Actor& actor,
                       std::string description) const;

  Result<void> is_up() const { return outage ? Result<void>(*outage) : Result<void>(); }

  const Clock& clock_;
  FakeResources resources_{*this};
  FakeStorage storage_{*this, clock_};
  FakeSources sources_{*this};
  FakeDomains domains_{*this, clock_};
  FakeMaintenance maintenance_{*this};
  FakeBuildSecrets build_secrets_{*this, clock_};
  FakeCron cron_{*this, clock_};
  FakeChecks checks_{*this};
  FakeTokens tokens_{clock_, [this] { return is_up(); }};
  FakeStanding standing_;
  hooks::StandingWatch standing_watch_{standing_, milliseconds(20)};
  std::map<AppName, App> apps_;
  std::int64_t last_deploy_ = 0;
  FakeEvents events_{clock_,
                     {[this](const Actor& actor) { return require_admin(actor); },
                      [this](const AppName& app) -> Result<void> {
                        TRY(find(app));
                        return {};
                      }}};
  FakePeople people_{
      clock_,
      {[this] { return is_up(); }, [this](const Actor& actor) { return require_admin(actor); },
       [this](const AppName& app) -> Result<void> {
         TRY(find(app));
         return {};
       }}};
  FakeCertificates certificates_{clock_, [this](const AppName& app) -> Result<void> {
                                   TRY(find(app));
                                   return {};
                                 }};
};

}  // namespace minpaas::test
