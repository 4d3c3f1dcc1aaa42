#include "hooks/pipeline/rollback.h"

#include <fmt/format.h>

namespace minpaas::hooks {
namespace {

Result<Release> image_is_gone(const PipelineParts& parts, const Release& target) {
  const std::string chosen = TRY(parts.apps.get(target.app)).deploy_branch;
  const std::string& branch = chosen.empty() ? parts.settings.git.deploy_branch : chosen;
  return Error{ErrorCode::NotFound,
               fmt::format("the image of {} is gone: those of the last {} releases are kept",
                           target.number.str(), parts.settings.build.keep_releases),
               target.commit ? fmt::format("build its commit again: git push --force minpaas {}:{}",
                                           target.commit->short_hex(), branch)
                             : "",
               ""};
}

Result<Release> choose(const PipelineParts& parts, const AppName& app,
                       std::optional<ReleaseNumber> number) {
  const std::string hint = fmt::format("`releases {}` lists them", app.str());
  if (!number) {
    auto before = TRY(parts.releases.before_live(app));
    if (!before) {
      return Error{ErrorCode::Conflict, fmt::format("{} has no release to go back to", app.str()),
                   hint, ""};
    }
    return *std::move(before);
  }
  auto target = TRY(parts.releases.get(app, *number));
  if (target.state == ReleaseState::Superseded) {
    return target;
  }
  return Error{
      ErrorCode::Conflict,
      fmt::format("{} of {} {}", number->str(), app.str(),
                  target.state == ReleaseState::Live ? "is live already" : "was never live"),
      hint, ""};
}

}  // namespace

Result<Release> find_rollback_target(const PipelineParts& parts, const AppName& app,
                                     std::optional<ReleaseNumber> number) {
  auto target = TRY(choose(parts, app, number));
  const auto image = parts.engine.inspect_image(target.image.value);
  if (image) {
    return target;
  }
  return image.error().code == ErrorCode::NotFound ? image_is_gone(parts, target) : image.error();
}

}  // namespace minpaas::hooks
