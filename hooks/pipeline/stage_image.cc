#include <fmt/format.h>

#include <array>

#include "core/archive/tar_writer.h"
#include "hooks/containers/ownership.h"
#include "hooks/containers/timed_stop.h"
#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {
namespace {

constexpr int kDefaultPort = 8080;

/// Nothing of it is of interest: one line that says FROM.
class Silence : public docker::BuildObserver {
 public:
  void step(std::string_view /*name*/, bool /*cached*/) override {}

  void output(std::string_view /*line*/) override {}

  void step_done(std::string_view /*name*/, milliseconds /*took*/) override {}
};

docker::TarSource context_of(const ImageReference& reference, SystemTime now) {
  return [&reference, now](const auto& put) -> Result<void> {
    archive::TarWriter tar(put, now);
    TRY(tar.add_file("Dockerfile", archive::FileMode::Plain,
                     fmt::format("FROM {}\n", reference.str())));
    return tar.finish();
  };
}

/// Images of other apps are on this machine too, and theirs alone.
Result<void> require_foreign(const StageContext& context, const std::string& own_label,
                             const ImageReference& reference) {
  const auto image = TRY(context.parts.engine.inspect_image(reference.str()));
  const auto label = [&image](std::string_view name) {
    const auto found = image.labels.find(std::string(name));
    return found == image.labels.end() ? "" : found->second;
  };
  if (label(docker::kLabelInstance) == context.parts.instance &&
      label(docker::kLabelApp) != own_label) {
    return Error{ErrorCode::PermissionDenied,
                 fmt::format("{} is an image of another app", reference.str()),
                 "deploy its source, or an image that was built elsewhere", ""};
  }
  return {};
}

int port_of(const StageContext& context, const docker::ImageDetails& image) {
  const bool is_exposed = !image.exposed_tcp_ports.empty();
  const int port = is_exposed ? image.exposed_tcp_ports.front() : kDefaultPort;
  context.output.detail(fmt::format("The image must listen on port {} ({})", port,
                                    is_exposed ? "EXPOSE" : "the default"));
  return port;
}

}  // namespace

Result<Built> adopt(const StageContext& context, const ImageReference& reference) {
  const PipelineParts& parts = context.parts;
  const state::AppRow app = TRY(parts.apps.get(context.app()));
  TRY(require_foreign(context, app.label, reference));
  docker::BuildRequest request;
  request.tag = image_tag(app.label, context.deploy());
  request.labels = image_labels(app.label, parts.instance, context.deploy());
  request.builder = TRY(choose_builder(parts));
  request.memory_bytes = parts.settings.build.memory_bytes;
  request.cpus = parts.settings.build.cpus;
  const TimedStop stop(context.stop, parts.settings.build.timeout);
  Silence silence;
  const auto id = TRY(
      parts.engine.build(request, context_of(reference, parts.clock.now()), silence, stop.token()));
  const auto details = TRY(parts.engine.inspect_image(id.value));
  return Built{id, port_of(context, details)};
}

}  // namespace minpaas::hooks
