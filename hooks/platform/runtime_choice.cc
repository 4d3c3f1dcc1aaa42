#include "hooks/platform/runtime_choice.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace minpaas::hooks {

Result<std::string> choose_runtime(const runtimes::Catalog& catalog, std::string_view written) {
  if (written == kDetectedRuntime) {
    return std::string();
  }
  if (catalog.find(written) == nullptr) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("there is no runtime '{}'", escape_controls(written)),
                 "there are auto, " + runtimes::join_for_people(catalog.names()), ""};
  }
  return std::string(written);
}

}  // namespace minpaas::hooks
