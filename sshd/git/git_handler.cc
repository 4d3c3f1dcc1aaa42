#include "sshd/git/git_handler.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/access/first_claim.h"
#include "hooks/service/pack_limits.h"
#include "sshd/git/deploy_target.h"
#include "sshd/git/receive_pack.h"
#include "sshd/git/upload_pack.h"

namespace minpaas::sshd::git {
namespace {

/// Packs that are taken in at once; each may use a processor and some hundred megabytes.
constexpr int kMostPushes = 4;
constexpr int kMostPushesPerApp = 2;

/// Packs that are made at once.
constexpr int kMostFetches = 4;
constexpr int kMostFetchesPerApp = 2;

constexpr std::string_view kNoArchive = "archives are not offered; clone the app instead";
constexpr std::string_view kNoLfs =
    "Git LFS is not offered here; push with --no-verify to deploy the pointer files, or keep the "
    "files in git itself";

/// Adds up what is read.
class CountingReader : public ByteReader {
 public:
  CountingReader(ByteReader& from, std::atomic<std::uint64_t>& bytes)
      : from_(from), bytes_(bytes) {}

  Result<std::size_t> read(std::span<std::byte> into, SteadyTime deadline) override {
    const auto got = from_.read(into, deadline);
    bytes_ += got ? *got : 0;
    return got;
  }

 private:
  ByteReader& from_;
  std::atomic<std::uint64_t>& bytes_;
};

/// In the words that `git` shows behind `fatal: remote error: `.
int refuse(const Error& error, ExecStreams& streams) {
  return refuse_service(
      error.hint.empty() ? error.message : fmt::format("{}; {}", error.message, error.hint),
      streams);
}

/// One text for what is not there and what is not allowed, so that names cannot be guessed.
Error as_told(const Error& error, const AppName& name, std::string_view what) {
  if (error.code == ErrorCode::NotFound || error.code == ErrorCode::PermissionDenied) {
    return {error.code, fmt::format("there is no app {} that you may {}", name.str(), what),
            fmt::format("look at `apps`, or make it with `apps:create {}`", name.str()), ""};
  }
  return error;
}

/// Before anyone looks whether the app is there.
Result<void> require_scope(const Actor& actor, std::string_view verb, const AppName& name) {
  if (actor.scope.allows(verb, {name.str()})) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied,
               fmt::format("the scope of this key does not allow {} on {}", verb, name.str()), "",
               ""};
}

std::string protocol_of(const ExecRequest& request) {
  const auto protocol = request.env.find("GIT_PROTOCOL");
  return protocol == request.env.end() ? "" : protocol->second;
}

}  // namespace

GitHandler::GitHandler(hooks::Platform& platform, const config::GitSettings& settings)
    : platform_(platform),
      settings_(settings),
      slots_(kMostPushes, kMostPushesPerApp),
      fetch_slots_(kMostFetches, kMostFetchesPerApp) {}

int GitHandler::run(const ExecRequest& request, ExecStreams& streams) {
  if (request.actor.role == Role::Stranger) {
    return refuse(hooks::not_claimed(), streams);
  }
  const auto parsed = parse_git_request(request.command);
  if (!parsed) {
    log::info("git: {} sent a bad request: {}", request.actor.name,
              escape_controls(request.command));
    return refuse(parsed.error(), streams);
  }
  switch (parsed->service) {
    case GitService::ReceivePack:
      return receive(request, parsed->repository, streams);
    case GitService::UploadPack:
      return upload(request, parsed->repository, streams);
    case GitService::UploadArchive:
      return refuse_service(kNoArchive, streams);
    case GitService::Lfs:
      // git-lfs reads no packets here and shows standard error.
      static_cast<void>(streams.err.write(fmt::format("{}\n", kNoLfs)));
      return 1;
  }
  return 1;
}

void GitHandler::put_denied_on_record(const Actor& actor, const AppName& name,
                                      std::string_view action, const Error& error) {
  if (error.code == ErrorCode::NotFound || error.code == ErrorCode::PermissionDenied) {
    platform_.events().record(
        actor,
        {.app = name.str(), .action = std::string(action), .detail = "", .result = "denied"});
  }
}

Result<hooks::PushPlace> GitHandler::open_for_push(const Actor& actor, const AppName& name) {
  TRY(require_scope(actor, "git:push", name));
  return platform_.open_for_push(actor, name);
}

Result<hooks::FetchSource> GitHandler::open_for_fetch(const Actor& actor, const AppName& name) {
  TRY(require_scope(actor, "git:fetch", name));
  return platform_.open_for_fetch(actor, name);
}

int GitHandler::receive(const ExecRequest& request, std::string_view repository,
                        ExecStreams& streams) {
  const auto name = AppName::parse(repository);
  if (!name) {
    return refuse(name.error(), streams);
  }
  const auto place = open_for_push(request.actor, *name);
  if (!place) {
    log::info("push to {} by {}: {}", name->str(), request.actor.name, place.error().for_log());
    put_denied_on_record(request.actor, *name, "git push", place.error());
    return refuse(as_told(place.error(), *name, "push to"), streams);
  }
  auto opened = minpaas::git::Repository::open(place->folder);
  if (!opened) {
    log::error("push to {}: {}", name->str(), opened.error().for_log());
    return refuse_service("the app's repository cannot be opened; the server's log says why",
                          streams);
  }
  const hooks::StandingWatch::Watched standing(
      platform_.standing(), {request.actor, *name, AppRight::Deploy}, streams.gone);
  CountingReader counted(streams.in, received_bytes_);
  ExecStreams watched{counted, streams.out, streams.err, standing.gone(), streams.console};
  ReceivePackOptions options;
  options.limits = hooks::pack_limits_of(settings_);
  options.slots = &slots_;
  options.protocol = protocol_of(request);
  DeployTarget target(platform_, request.actor, {*name, place->deploy_branch, place->is_new},
                      *opened);
  return serve_receive_pack(*opened, target, options, watched);
}

int GitHandler::upload(const ExecRequest& request, std::string_view repository,
                       ExecStreams& streams) {
  const auto name = AppName::parse(repository);
  if (!name) {
    return refuse(name.error(), streams);
  }
  const auto source = open_for_fetch(request.actor, *name);
  if (!source) {
    log::info("fetch of {} by {}: {}", name->str(), request.actor.name, source.error().for_log());
    put_denied_on_record(request.actor, *name, "git fetch", source.error());
    return refuse(as_told(source.error(), *name, "fetch"), streams);
  }
  auto opened = minpaas::git::Repository::open(source->folder);
  if (!opened) {
    log::error("fetch of {}: {}", name->str(), opened.error().for_log());
    return refuse_service("the app's repository cannot be opened; the server's log says why",
                          streams);
  }
  const hooks::StandingWatch::Watched standing(
      platform_.standing(), {request.actor, *name, AppRight::Read}, streams.gone);
  ExecStreams watched{streams.in, streams.out, streams.err, standing.gone(), streams.console};
  UploadPackOptions options;
  options.slots = &fetch_slots_;
  options.protocol = protocol_of(request);
  for (const auto& [ref, commit] : source->release_refs) {
    options.more_refs.push_back({ref, commit});
  }
  return serve_upload_pack(*opened, options, watched);
}

}  // namespace minpaas::sshd::git
