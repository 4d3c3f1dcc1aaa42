#include <cmath>

#include "core/base/log.h"
#include "core/docker/build_cgroup.h"
#include "core/docker/build_session.h"
#include "core/docker/build_stream.h"
#include "core/docker/docker_engine.h"
#include "core/docker/event_json.h"
#include "core/docker/json.h"
#include "core/docker/line_splitter.h"
#include "core/docker/log_frames.h"
#include "core/docker/query.h"

// The calls of DockerEngine whose answers are streams.
namespace minpaas::docker {
namespace {

constexpr std::size_t kMostEventBytes = 1UL << 20;
/// A message of BuildKit carries what was printed meanwhile.
constexpr std::size_t kMostBuildMessageBytes = 16UL << 20;

void add_limits(Query& query, const BuildRequest& request) {
  constexpr int kPeriodMicros = 100'000;
  if (request.memory_bytes > 0) {
    const std::string bytes = std::to_string(request.memory_bytes);
    query.add("memory", bytes).add("memswap", bytes);
  }
  if (request.cpus > 0) {
    query.add("cpuperiod", std::to_string(kPeriodMicros))
        .add("cpuquota", std::to_string(std::lround(request.cpus * kPeriodMicros)));
  }
  // A quarter of the weight of a container.
  query.add("cpushares", "256");
}

/// BUILDKIT_CACHE_MOUNT_NS is the Dockerfile frontend's own: no step has it.
std::map<std::string, std::string> build_args_of(const BuildRequest& request) {
  auto args = request.build_args;
  if (request.builder == Builder::BuildKit && !request.cache_scope.empty()) {
    args.insert_or_assign("BUILDKIT_CACHE_MOUNT_NS", request.cache_scope);
  }
  return args;
}

std::string build_query(const BuildRequest& request, const BuildSession* session) {
  Query query;
  query.add("dockerfile", request.dockerfile);
  query.add("version", request.builder == Builder::BuildKit ? "2" : "1");
  // Containers of the classic builder's steps go away, after a failure too.
  query.add("rm", "1").add("forcerm", "1");
  if (!request.tag.empty()) {
    query.add("t", request.tag);
  }
  if (!request.labels.empty()) {
    query.add("labels", to_text(Json(request.labels)));
  }
  if (const auto args = build_args_of(request); !args.empty()) {
    query.add("buildargs", to_text(Json(args)));
  }
  if (!request.use_cache) {
    query.add("nocache", "1");
  }
  if (request.builder == Builder::Classic) {
    add_limits(query, request);
  } else if (!request.step_scope.empty()) {
    // The names in /etc/hosts are a part of what BuildKit knows a step by; no layer has them.
    query.add("extrahosts", request.step_scope + ":127.0.0.1");
  }
  if (session != nullptr) {
    query.add("session", session->id());
  }
  return query.str();
}

Result<std::unique_ptr<BuildSession>> open_session(Api& api, const BuildRequest& request) {
  const bool asks = request.asks_for_secrets && request.builder == Builder::BuildKit;
  if (request.secrets.empty() && !asks) {
    return std::unique_ptr<BuildSession>();
  }
  if (request.builder == Builder::Classic) {
    return Error{ErrorCode::InvalidInput, "the classic builder cannot keep a secret",
                 "build with BuildKit", ""};
  }
  return BuildSession::open(api, request.secrets);
}

Error endless(std::string_view what) {
  return {ErrorCode::Corrupt, "the Docker Engine sent " + std::string(what) + " without end", "",
          ""};
}

}  // namespace

Result<ImageId> DockerEngine::build(const BuildRequest& request, const TarSource& context,
                                    BuildObserver& observer, std::stop_token stop) {
  if (request.builder == Builder::BuildKit && (request.memory_bytes > 0 || request.cpus > 0)) {
    const auto limited = limit_build_cgroup(kCgroupRoot, {request.memory_bytes, request.cpus});
    if (!limited) {
      log::debug("builds have no limits: {}", limited.error().for_log());
    }
  }
  // The context is streamed and cannot be sent twice: the API version is agreed on first.
  TRY(api_.version());
  const auto session = TRY(open_session(api_, request));
  BuildStream stream(observer, [] { return std::chrono::steady_clock::now(); });
  LineSplitter lines(kMostBuildMessageBytes, [&](std::string_view line) {
    stream.take(line);
    return true;
  });
  auto answer = api_.send({.method = "POST",
                           .target = "/build" + build_query(request, session.get()),
                           .upload = context,
                           .content_type = "application/x-tar",
                           .sink = [&](std::string_view piece) { return lines.feed(piece); },
                           .stop = stop});
  lines.finish();
  if (answer && lines.too_long()) {
    return endless("a line of build output");
  }
  auto built = stream.finish();
  // What the engine said about the build explains a broken connection, not the other way round.
  if (!answer && (built || built.error().code == ErrorCode::Unavailable ||
                  answer.error().code == ErrorCode::Cancelled)) {
    return answer.error();
  }
  return built;
}

Result<void> DockerEngine::logs(const ContainerId& id, const LogOptions& options,
                                const LogSink& sink, std::stop_token stop) {
  Query query;
  query.add("stdout", "1").add("stderr", "1").add("timestamps", "1");
  query.add("follow", options.follow ? "1" : "0");
  query.add("tail", options.tail ? std::to_string(*options.tail) : "all");
  if (options.since) {
    query.add("since", engine_time(*options.since));
  }
  LogFrames frames(sink);
  TRY(api_.send({.target = "/containers/" + url_encoded(id.value) + "/logs" + query.str(),
                 .sink = [&](std::string_view piece) { return frames.feed(piece); },
                 .idle = options.follow ? std::nullopt : std::optional(api_.deadlines().read),
                 .stop = std::move(stop)}));
  if (frames.broken()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine sent a log that cannot be read", "", ""};
  }
  frames.finish();
  return {};
}

Result<void> DockerEngine::events(const Labels& labels, std::optional<SystemTime> since,
                                  const EventSink& sink, std::stop_token stop) {
  Query query;
  query.add("filters", event_filter(labels));
  if (since) {
    query.add("since", engine_time(*since));
  }
  Result<void> outcome;
  LineSplitter lines(kMostEventBytes, [&](std::string_view line) {
    const auto event = parse_event(line);
    if (!event) {
      outcome = event.error();
      return false;
    }
    return !*event || sink(**event);
  });
  const auto answer =
      TRY(api_.send({.target = "/events" + query.str(),
                     .sink = [&](std::string_view piece) { return lines.feed(piece); },
                     .stop = std::move(stop)}));
  lines.finish();
  TRY(outcome);
  if (lines.too_long()) {
    return endless("an event");
  }
  if (!answer.ended_by_sink) {
    return Error{ErrorCode::Unavailable, "the Docker Engine ended its stream of events",
                 "look whether it was stopped or restarted", ""};
  }
  return {};
}

}  // namespace minpaas::docker
