#include "hooks/base_image.h"

#include <fmt/format.h>

namespace minpaas::hooks {
namespace {

constexpr std::string_view kLocalPrefix = "localhost/";

Error not_there(const runtimes::BuildPlan& plan, const std::string& why) {
  const bool local = plan.base_image.starts_with(kLocalPrefix);
  return {ErrorCode::NotFound,
          fmt::format("the base image {} is not there{}", plan.base_image, why),
          local ? fmt::format("run scripts/base-images {} on the server, or set [images] {}",
                              plan.runtime, plan.runtime)
                : fmt::format("run `docker pull {}` on the server, or run scripts/base-images and "
                              "set [images] {} = localhost/minpaas/{}-base",
                              plan.base_image, plan.runtime, plan.runtime),
          ""};
}

Result<void> pull(const PipelineParts& parts, const runtimes::BuildPlan& plan, DeployOutput& output,
                  const std::stop_token& stop) {
  output.detail(fmt::format("Pulling {}", plan.base_image));
  const auto pulled = parts.engine.pull_image(
      plan.base_image, [](const docker::PullProgress&) {}, stop);
  if (pulled) {
    output.done("Pulled");
    return {};
  }
  const ErrorCode code = pulled.error().code;
  if (code == ErrorCode::Cancelled || code == ErrorCode::NoSpace) {
    return pulled.error();
  }
  Error error = not_there(plan, " and could not be pulled: " + pulled.error().message);
  error.cause = pulled.error().cause;
  return error;
}

}  // namespace

Result<void> provide_base_image(const PipelineParts& parts, const runtimes::BuildPlan& plan,
                                DeployOutput& output, std::stop_token stop) {
  if (plan.base_image.empty()) {
    return {};
  }
  const bool local = plan.base_image.starts_with(kLocalPrefix);
  const config::PullPolicy policy = parts.settings.images.pull;
  if (policy == config::PullPolicy::Always && !local) {
    return pull(parts, plan, output, stop);
  }
  const auto found = parts.engine.inspect_image(plan.base_image);
  if (found) {
    return {};
  }
  if (found.error().code != ErrorCode::NotFound) {
    return found.error();
  }
  if (local || policy == config::PullPolicy::Never) {
    return not_there(plan, "");
  }
  return pull(parts, plan, output, stop);
}

}  // namespace minpaas::hooks
