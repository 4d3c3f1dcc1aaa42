#include "hooks/service/platform.h"

namespace minpaas::hooks {

std::string_view to_string(AppStatus status) {
  switch (status) {
    case AppStatus::Created:
      return "created";
    case AppStatus::Running:
      return "running";
    case AppStatus::Deploying:
      return "deploying";
    case AppStatus::Stopped:
      return "stopped";
    case AppStatus::Crashed:
      return "crashed";
    case AppStatus::Unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace minpaas::hooks
