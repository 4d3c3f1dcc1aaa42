#include "hooks/service/checks.h"

namespace minpaas::hooks {

std::string_view to_string(CheckSource source) {
  switch (source) {
    case CheckSource::Default:
      return "default";
    case CheckSource::AppJson:
      return "app.json";
    case CheckSource::Set:
      return "checks:set";
  }
  return "unknown";
}

}  // namespace minpaas::hooks
