#include "core/app/failure_notice.h"

#include <nlohmann/json.hpp>

namespace minpaas {

std::string to_json(const FailureNotice& notice) {
  using Json = nlohmann::json;
  const HealthCheck& check = notice.check;
  const Json json = {{"app", notice.app},
                     {"process", notice.process},
                     {"type", to_string(check.kind)},
                     {"healthcheck_name", check.name.empty() ? describe(check) : check.name},
                     {"errors", Json::array({notice.why})}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace minpaas
