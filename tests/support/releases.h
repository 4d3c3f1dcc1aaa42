#pragma once

#include <string_view>

#include "core/app/release.h"

namespace minpaas::test {

/// A live release with one web process on port 8000.
inline Release make_release(std::string_view app, int number, ImageId image) {
  return {.app = *AppName::parse(app),
          .number = ReleaseNumber(number),
          .state = ReleaseState::Live,
          .image = std::move(image),
          .commit = std::nullopt,
          .config_version = 0,
          .runtime = "python",
          .internal_port = 8000,
          .processes = {{ProcessType::web(), "python app.py"}},
          .formation = {{ProcessType::web(), 1}},
          .description = "Deploy",
          .actor = "ada",
          .created_at = {}};
}

}  // namespace minpaas::test
