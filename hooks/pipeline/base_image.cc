#include "hooks/pipeline/base_image.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/dial.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::string_view kLocalPrefix = "localhost/";
constexpr std::size_t kMostReasonCharacters = 120;

/// What to say when an image is not there, and why (may be empty).
using NotThere = std::function<Error(const std::string& why)>;

Error base_not_there(const runtimes::BuildPlan& plan, const std::string& why) {
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

Error image_not_there(const std::string& reference, const std::string& why) {
  return {ErrorCode::NotFound, fmt::format("there is no image {}{}", reference, why),
          reference.starts_with(kLocalPrefix)
              ? "localhost/ names images of the server itself: docker load or docker build there"
              : "look at its name and tag; one of a private registry is pulled by hand on the "
                "server, with docker pull",
          ""};
}

/// The Engine would ask programs of this machine and its networks for whoever may deploy. It looks
/// the name up again and follows where the registry sends it: neither is stopped here.
Result<void> require_public_registry(const std::string& registry) {
  if (registry.empty()) {
    return {};
  }
  const auto addresses = resolve(registry.substr(0, registry.find(':')), "443", Reach::Anywhere);
  if (!addresses) {
    // The Engine, which may know a way there, says what is wrong.
    return {};
  }
  const auto own = std::ranges::find_if_not(*addresses, &HostAddress::is_public);
  if (own == addresses->end()) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied,
               fmt::format("the registry {} is at {}, which is no address of the public internet",
                           registry, own->str()),
               "an administrator can allow such addresses ([sources] allow_private_addresses), or "
               "pull the image on the server",
               ""};
}

Result<void> pull(const PipelineParts& parts, const std::string& reference, DeployOutput& output,
                  const std::stop_token& stop, const NotThere& not_there) {
  output.detail(fmt::format("Pulling {}", reference));
  const auto pulled = parts.engine.pull_image(
      reference, [](const docker::PullProgress&) {}, stop);
  if (pulled) {
    output.done("Pulled");
    return {};
  }
  const ErrorCode code = pulled.error().code;
  if (code == ErrorCode::Cancelled || code == ErrorCode::NoSpace) {
    return pulled.error();
  }
  Error error = not_there(" and could not be pulled: " +
                          in_a_few_words(pulled.error().message, kMostReasonCharacters));
  error.cause = pulled.error().cause;
  return error;
}

/// Whether it has to be pulled. Errors: what `not_there` says.
Result<bool> is_to_be_pulled(const PipelineParts& parts, const std::string& reference,
                             const NotThere& not_there) {
  const bool local = reference.starts_with(kLocalPrefix);
  const config::PullPolicy policy = parts.settings.images.pull;
  if (policy == config::PullPolicy::Always && !local) {
    return true;
  }
  const auto found = parts.engine.inspect_image(reference);
  if (found) {
    return false;
  }
  if (found.error().code != ErrorCode::NotFound) {
    return found.error();
  }
  if (local || policy == config::PullPolicy::Never) {
    return not_there("");
  }
  return true;
}

}  // namespace

Result<void> provide_base_image(const PipelineParts& parts, const runtimes::BuildPlan& plan,
                                DeployOutput& output, std::stop_token stop) {
  if (plan.base_image.empty()) {
    return {};
  }
  const auto not_there = [&](const std::string& why) { return base_not_there(plan, why); };
  return TRY(is_to_be_pulled(parts, plan.base_image, not_there))
             ? pull(parts, plan.base_image, output, stop, not_there)
             : Result<void>();
}

Result<void> provide_image(const PipelineParts& parts, const ImageReference& image,
                           DeployOutput& output, std::stop_token stop) {
  const auto not_there = [&](const std::string& why) { return image_not_there(image.str(), why); };
  if (!TRY(is_to_be_pulled(parts, image.str(), not_there))) {
    return {};
  }
  const auto may_ask = parts.settings.sources.allow_private_addresses
                           ? Result<void>()
                           : require_public_registry(image.registry());
  if (!may_ask) {
    TRY(parts.engine.inspect_image(image.str()).has_value() ? Result<void>() : may_ask);
    output.warn(may_ask.error().message + ": the image is taken as it is on the server");
    return {};
  }
  return pull(parts, image.str(), output, stop, not_there);
}

}  // namespace minpaas::hooks
