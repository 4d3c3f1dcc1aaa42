#include <fmt/format.h>

#include <map>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/docker/build_cgroup.h"
#include "hooks/containers/ownership.h"
#include "hooks/containers/timed_stop.h"
#include "hooks/pipeline/base_image.h"
#include "hooks/pipeline/secret_mounts.h"
#include "hooks/pipeline/source_archive.h"
#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {
namespace {

constexpr int kDefaultPort = 8080;
constexpr std::size_t kMostStepCharacters = 120;
/// A step that took less says nothing about where the time goes.
constexpr milliseconds kWorthTelling{100};
/// BuildKit without a session is in every engine from 18.09 on.
constexpr int kBuildKitApi = 39;

class StepPrinter : public docker::BuildObserver {
 public:
  explicit StepPrinter(DeployOutput& output) : output_(output) {}

  void step(std::string_view name, bool cached) override {
    output_.detail(short_name(name) + (cached ? " (cached)" : ""));
  }

  void output(std::string_view line) override { output_.detail(fmt::format("  {}", line)); }

  void step_done(std::string_view name, milliseconds took) override {
    if (took >= kWorthTelling) {
      output_.detail(fmt::format("{}: {}", short_name(name), format_duration(took)));
    }
  }

 private:
  static std::string short_name(std::string_view name) {
    return in_a_few_words(without_secret_mount(name), kMostStepCharacters);
  }

  DeployOutput& output_;
};

Result<void> check_space(const PipelineParts& parts) {
  const std::string root = TRY(parts.engine.data_root());
  const auto free = free_bytes(root);
  if (!free) {
    // An engine elsewhere, or one that keeps its folder from us: it will say itself when full.
    log::debug("free space of {} is not known: {}", root, free.error().message);
    return {};
  }
  if (*free >= parts.settings.build.reserve_bytes) {
    return {};
  }
  return Error{
      ErrorCode::NoSpace,
      fmt::format("the server's disk is nearly full: {} left for images, a build wants {}",
                  format_bytes(*free), format_bytes(parts.settings.build.reserve_bytes)),
      "the administrator can free space with `docker system prune`, or lower [build] reserve_bytes",
      ""};
}

/// What one app's builds have cached is for nobody else: a step may have fetched it with its
/// secrets, and whoever writes to a cache mount writes into the builds that read it.
Result<void> keep_caches_apart(const StageContext& context, const ConfigVars& secrets,
                               docker::BuildRequest& request) {
  const auto scopes = TRY(context.parts.build_secrets.cache_scopes(context.app(), secrets));
  request.cache_scope = scopes.mounts;
  request.step_scope = scopes.steps;
  return {};
}

/// The plan and the request with what the app's builds may read.
Result<void> add_secrets(const StageContext& context, const ConfigVars& secrets,
                         runtimes::BuildPlan& plan, docker::BuildRequest& request) {
  if (secrets.empty()) {
    return {};
  }
  if (request.builder == docker::Builder::Classic) {
    return Error{ErrorCode::Conflict,
                 fmt::format("{} has build secrets, and the engine's classic builder would leave "
                             "them in the image",
                             context.app().str()),
                 "the administrator can set [build] builder = buildkit; or remove them: "
                 "build-secrets:unset",
                 ""};
  }
  context.output.detail(fmt::format("Build secrets: {}", names_of(secrets)));
  plan.dockerfile = with_secrets_in_environment(plan.dockerfile);
  request.secrets = secrets_for(secrets);
  return {};
}

docker::BuildRequest request_for(const StageContext& context, const std::string& label,
                                 const runtimes::BuildPlan& plan, docker::Builder builder) {
  docker::BuildRequest request;
  request.dockerfile = plan.dockerfile_path;
  request.tag = image_tag(label, context.deploy());
  request.labels = image_labels(label, context.parts.instance, context.deploy());
  request.build_args = plan.build_args;
  request.builder = builder;
  request.use_cache = !context.job.no_cache;
  request.asks_for_secrets = plan.dockerfile.empty();
  request.memory_bytes = context.parts.settings.build.memory_bytes;
  request.cpus = context.parts.settings.build.cpus;
  return request;
}

/// Whoever pushes has never seen the RUN lines of a runtime: what one of them does has a name.
Error in_plain_words(const Error& error, const runtimes::BuildPlan& plan) {
  for (const auto& [part, words] : plan.failures) {
    if (error.code == ErrorCode::Failed && error.message.find(part) != std::string::npos) {
      return {error.code, words, "what it said is above", error.for_log()};
    }
  }
  return error;
}

/// The engine knows of a cancelled build only; why it was cancelled is known here.
Error explain(const Error& error, const runtimes::BuildPlan& plan, const TimedStop& stop,
              seconds timeout) {
  if (!stop.timed_out()) {
    return in_plain_words(error, plan);
  }
  return {ErrorCode::Timeout,
          fmt::format("the build took longer than {}", format_duration(timeout)),
          "make it faster, or let the administrator raise [build] timeout", error.for_log()};
}

int port_of(const StageContext& context, const runtimes::BuildPlan& plan,
            const docker::ImageDetails& image) {
  if (plan.internal_port != 0) {
    return plan.internal_port;
  }
  const int port = image.exposed_tcp_ports.empty() ? kDefaultPort : image.exposed_tcp_ports.front();
  context.output.detail(fmt::format("The web process must listen on port {} ({})", port,
                                    image.exposed_tcp_ports.empty() ? "the default" : "EXPOSE"));
  return port;
}

}  // namespace

Result<docker::Builder> choose_builder(const PipelineParts& parts, Secrets secrets) {
  switch (parts.settings.build.builder) {
    case config::BuilderChoice::BuildKit:
      return docker::Builder::BuildKit;
    case config::BuilderChoice::Classic:
      return docker::Builder::Classic;
    case config::BuilderChoice::Auto:
      break;
  }
  const std::string api = TRY(parts.engine.version()).api;
  const auto minor =
      parse_number(std::string_view(api).substr(api.find('.') + 1), "API version", 0, 100000);
  if (minor && *minor < kBuildKitApi) {
    return docker::Builder::Classic;
  }
  const config::BuildSettings& build = parts.settings.build;
  const bool has_limits = build.memory_bytes > 0 || build.cpus > 0;
  return secrets == Secrets::None && has_limits && !docker::can_limit_buildkit()
             ? docker::Builder::Classic
             : docker::Builder::BuildKit;
}

Result<Built> build(const StageContext& context, const runtimes::BuildPlan& found,
                    const git::Repository& repository, const Oid& commit) {
  const PipelineParts& parts = context.parts;
  context.output.stage(fmt::format("Building the image ({}{})", found.runtime,
                                   context.job.no_cache ? ", without cache" : ""));
  TRY(check_space(parts));
  runtimes::BuildPlan plan = found;
  TRY(provide_base_image(parts, plan, context.output, context.stop));
  const state::AppRow app = TRY(parts.apps.get(context.app()));
  const auto secrets = TRY(parts.build_secrets.values(context.app()));
  const auto builder = TRY(choose_builder(parts, secrets.empty() ? Secrets::None : Secrets::Some));
  auto request = request_for(context, app.label, plan, builder);
  TRY(add_secrets(context, secrets, plan, request));
  TRY(keep_caches_apart(context, secrets, request));
  const TimedStop stop(context.stop, parts.settings.build.timeout);
  const docker::TarSource source = [&](const auto& put) {
    return git::write_archive(repository, commit, archive_of(plan), put, stop.token());
  };
  StepPrinter printer(context.output);
  const auto image = parts.engine.build(request, source, printer, stop.token());
  if (!image) {
    return explain(image.error(), plan, stop, parts.settings.build.timeout);
  }
  const auto details = TRY(parts.engine.inspect_image(image->value));
  const int port = port_of(context, plan, details);
  context.output.done(fmt::format("Image of {} built", format_bytes(details.size_bytes)));
  return Built{*image, port};
}

}  // namespace minpaas::hooks
