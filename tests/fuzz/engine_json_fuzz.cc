#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/docker/api_version.h"
#include "core/docker/container_json.h"
#include "core/docker/engine_error.h"
#include "core/docker/event_json.h"
#include "core/docker/image_json.h"

namespace {

/// What is refused has one line of reason.
template <typename T>
void check(const minpaas::Result<T>& result) {
  if (!result &&
      (result.error().message.empty() || result.error().message.find('\n') != std::string::npos)) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace docker = minpaas::docker;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(docker::parse_container(text));
  check(docker::parse_container_list(text));
  check(docker::parse_created(text));
  check(docker::parse_image(text));
  check(docker::parse_image_list(text));
  check(docker::parse_event(text));
  check(docker::parse_offer(text, text));
  static_cast<void>(docker::parse_pull_line(text).has_value());
  if (docker::engine_error(500, text).message.find_first_of("\n\r\x1b") != std::string::npos) {
    std::abort();
  }
  return 0;
}
