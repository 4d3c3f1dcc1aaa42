#include "sshd/git/deploy_options.h"

#include <string_view>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas::sshd::git {
namespace {

constexpr std::string_view kNote = "note=";
constexpr std::size_t kMostShownBytes = 60;

}  // namespace

Result<DeployOptions> parse_deploy_options(const std::vector<std::string>& options) {
  DeployOptions parsed;
  for (const auto& option : options) {
    if (option == "plan") {
      parsed.plan_only = true;
    } else if (option == "no-cache") {
      parsed.no_cache = true;
    } else if (option == "skip-release") {
      parsed.skip_release = true;
    } else if (option.starts_with(kNote) && option.size() > kNote.size()) {
      parsed.note = option.substr(kNote.size());
    } else {
      return Error{ErrorCode::InvalidInput,
                   "unknown push option '" + shown_if_short(option, kMostShownBytes) + "'",
                   "known are: -o plan, -o no-cache, -o skip-release, -o note=TEXT", ""};
    }
  }
  return parsed;
}

}  // namespace minpaas::sshd::git
