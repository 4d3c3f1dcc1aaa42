#include "hooks/platform/local_sources.h"
#include "hooks/service/pack_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/platform/runtime_choice.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
/// Who sends nothing for this long has gone.
constexpr seconds kMostSilence{60};
constexpr seconds kSlotPatience{60};

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

std::string describe(const git::ArchiveCommit& made) {
  std::string text = fmt::format("{} file{}, {}", made.files, made.files == 1 ? "" : "s",
                                 format_bytes(made.bytes));
  if (!made.stripped.empty()) {
    text += fmt::format(", all in {}/, which is taken off", escape_controls(made.stripped));
  }
  if (made.left_out > 0) {
    text += "; .git is left out";
  }
  return text;
}

/// What read() says of its own limits is not for people.
Error in_plain_words(const Error& error, bool out_of_time) {
  if (error.code == ErrorCode::Timeout) {
    return {ErrorCode::Timeout,
            out_of_time
                ? "the archive takes too long to arrive"
                : fmt::format("no more of the archive came for {}", format_duration(kMostSilence)),
            out_of_time ? "send less, or let the administrator raise [sources] timeout" : "",
            error.for_log()};
  }
  if (error.code == ErrorCode::Disconnected || error.code == ErrorCode::Cancelled) {
    return {error.code, "the archive was not sent to its end, nothing is deployed", "",
            error.for_log()};
  }
  return error;
}

}  // namespace

class LocalSources::Slot {
 public:
  explicit Slot(Guarded<int>& running) : running_(&running) {}

  Slot(Slot&& other) noexcept : running_(std::exchange(other.running_, nullptr)) {}

  Slot& operator=(Slot&&) = delete;

  ~Slot() {
    if (running_ != nullptr) {
      running_->update([](int& running) { --running; });
    }
  }

 private:
  Guarded<int>* running_;
};

Result<LocalSources::Slot> LocalSources::take_slot(const std::stop_token& gone) {
  const int most = parts_.settings.sources.slots;
  const bool taken = running_.wait_until(
      now() + kSlotPatience, gone, [&](int running) { return running < most; },
      [&](int& running) {
        const bool free = running < most && !gone.stop_requested();
        running += free ? 1 : 0;
        return free;
      });
  if (!taken) {
    return Error{ErrorCode::Busy, "too many archives and repositories are taken in at the moment",
                 "try again in a moment", ""};
  }
  return Slot(running_);
}

Result<PushPlace> LocalSources::enter(const Actor& actor, const AppName& name, DeployJob& job,
                                      const DeployChanges& changes) {
  auto place = TRY(door_.open(actor, name));
  if (!place.is_new) {
    TRY(access_.find_open(actor, name, AppRight::Deploy));
  }
  if (changes.runtime) {
    job.runtime = TRY(choose_runtime(parts_.catalog, *changes.runtime));
  }
  for (const auto& [key, value] : changes.set) {
    TRY(parse_config_value(key, value.reveal()));
  }
  job.set = changes.set;
  return place;
}

Result<DeployOutcome> LocalSources::deploy(const Actor& actor, DeployJob job,
                                           const PushPlace& place, const Follow& follow) {
  if (place.is_new) {
    const auto made = door_.create(actor, job.row.app);
    // Two first deploys at once make one app; whether this one may deploy to it is asked below.
    if (!made && made.error().code != ErrorCode::AlreadyExists) {
      return made.error();
    }
  }
  // Asked again: it took a while until now.
  TRY(access_.find_open(actor, job.row.app, AppRight::Deploy));
  const auto deploy = TRY(queue_.submit(std::move(job)));
  return deploy->follow(follow);
}

Result<DeployOutcome> LocalSources::deploy_commit(const Actor& actor, DeployJob job,
                                                  const PushPlace& place, const Oid& commit,
                                                  const Follow& follow) {
  const auto branch = TRY(git::RefName::branch(place.deploy_branch));
  const auto repository = TRY(git::Repository::open(place.folder));
  job.row.commit = commit;
  job.row.ref = branch.str();
  job.row.ref_old = TRY(repository.resolve(branch));
  return deploy(actor, std::move(job), place, follow);
}

Result<git::ArchiveCommit> LocalSources::take_archive(const Actor& actor, const AppName& name,
                                                      const std::string& folder,
                                                      ByteReader& archive, const Follow& follow) {
  const config::SourceSettings& settings = parts_.settings.sources;
  const SteadyTime deadline = now() + settings.timeout;
  std::array<std::byte, kPieceBytes> buffer{};
  const archive::Take take = [&]() -> Result<std::span<const char>> {
    const auto got = archive.read(buffer, std::min(now() + kMostSilence, deadline));
    if (!got) {
      return in_plain_words(got.error(), now() >= deadline);
    }
    return std::span<const char>(reinterpret_cast<const char*>(buffer.data()), *got);
  };
  const git::CheckTick tick = [&]() -> Result<void> {
    if (follow.gone.stop_requested()) {
      return Error{ErrorCode::Cancelled, "cancelled", "", ""};
    }
    return {};
  };
  auto repository = TRY(git::Repository::open(folder));
  git::NewCommit commit{actor.name, parts_.clock.now(), "Deploy an archive", std::nullopt};
  const auto live = parts_.releases.live(name);
  if (live && *live && (*live)->commit && repository.is_commit(*(*live)->commit)) {
    commit.parent = (*live)->commit;
  }
  const archive::ReadLimits limits{settings.archive_entries, settings.archive_file_bytes,
                                   settings.archive_bytes, settings.archive_ratio};
  return git::commit_archive(repository, take, limits, pack_limits_of(parts_.settings.git), commit,
                             tick);
}

Result<DeployOutcome> LocalSources::deploy_archive(const Actor& actor, const AppName& name,
                                                   ByteReader& archive,
                                                   const DeployChanges& changes,
                                                   const Follow& follow) {
  DeployJob job{.row = asked_for(name, state::DeployKind::Push, actor.name)};
  const auto place = TRY(enter(actor, name, job, changes));
  std::optional<git::ArchiveCommit> made;
  {
    const auto slot = TRY(take_slot(follow.gone));
    follow.line("-----> Reading the archive");
    made = TRY(take_archive(actor, name, place.folder, archive, follow));
  }
  follow.line("       " + describe(*made));
  job.row.note = "from an archive";
  return deploy_commit(actor, std::move(job), place, made->id, follow);
}

Result<git::RemoteCommit> LocalSources::fetch(const AppName& name, const std::string& folder,
                                              const git::RemoteUrl& url,
                                              const std::optional<std::string>& ref,
                                              const Follow& follow) {
  const config::SourceSettings& settings = parts_.settings.sources;
  git::FetchRules rules;
  rules.reach = settings.allow_private_addresses ? Reach::Anywhere : Reach::Public;
  rules.deadline = now() + settings.timeout;
  rules.limits = pack_limits_of(parts_.settings.git);
  rules.ca_file = settings.ca_file;
  std::unique_ptr<KeyFiles> key;
  if (url.scheme() == git::RemoteUrl::Scheme::Ssh) {
    key = TRY(keys_.files(name));
    rules.ssh = key->identity();
  }
  auto repository = TRY(git::Repository::open(folder));
  const auto told = [&follow](std::string_view line) {
    follow.line(fmt::format("       {}", line));
  };
  auto fetched = git::fetch_commit(repository, url, ref, rules, told, follow.gone);
  if (key) {
    if (const auto kept = key->keep(); !kept) {
      log::warn("known hosts of {}: {}", name.str(), kept.error().for_log());
    }
  }
  return fetched;
}

Result<DeployOutcome> LocalSources::deploy_repository(const Actor& actor, const AppName& name,
                                                      const std::string& text,
                                                      const std::optional<std::string>& ref,
                                                      const DeployChanges& changes,
                                                      const Follow& follow) {
  DeployJob job{.row = asked_for(name, state::DeployKind::Push, actor.name)};
  const auto place = TRY(enter(actor, name, job, changes));
  const auto url = TRY(git::RemoteUrl::parse(text));
  if (url.scheme() == git::RemoteUrl::Scheme::Http && !parts_.settings.sources.allow_http) {
    return Error{ErrorCode::InvalidInput, "http is read and changed on its way: use https",
                 "an administrator can allow it: [sources] allow_http", ""};
  }
  std::optional<git::RemoteCommit> fetched;
  {
    const auto slot = TRY(take_slot(follow.gone));
    follow.line(fmt::format("-----> Fetching {} ({})", url.shown(), ref.value_or("HEAD")));
    fetched = TRY(fetch(name, place.folder, url, ref, follow));
  }
  follow.line(
      fmt::format("       {} is at {}", escape_controls(fetched->ref), fetched->id.short_hex()));
  job.row.note = fmt::format("from {} ({})", url.shown(), escape_controls(fetched->ref));
  return deploy_commit(actor, std::move(job), place, fetched->id, follow);
}

Result<DeployKey> LocalSources::deploy_key(const Actor& actor, const AppName& name,
                                           DeployKeyChange change) {
  TRY(change == DeployKeyChange::None ? access_.find(actor, name, AppRight::Deploy)
                                      : access_.find_open(actor, name, AppRight::Deploy));
  if (change == DeployKeyChange::ForgetHosts) {
    TRY(keys_.forget_hosts(name));
  }
  const auto row = TRY(change == DeployKeyChange::Renew ? keys_.renew(name) : keys_.provide(name));
  return DeployKey{row.public_key, row.created_at};
}

Result<DeployOutcome> LocalSources::deploy_image(const Actor& actor, const AppName& name,
                                                 const ImageReference& image,
                                                 const DeployChanges& changes,
                                                 const Follow& follow) {
  DeployJob job{.row = asked_for(name, state::DeployKind::Image, actor.name)};
  const auto place = TRY(enter(actor, name, job, changes));
  if (changes.runtime) {
    return Error{ErrorCode::InvalidInput, "an image has no runtime: nothing is built",
                 "leave out --runtime", ""};
  }
  job.image = image;
  job.row.note = image.str();
  return deploy(actor, std::move(job), place, follow);
}

}  // namespace minpaas::hooks
