#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hooks/checks/http_probe.h"
#include "hooks/checks/listeners.h"

/// First lines of answers come from any app, tables from the kernel of any host.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto status = minpaas::hooks::parse_status_line(text);
  if (status && *status != 0 && *status > 999) {
    std::abort();
  }
  for (const auto& listener : minpaas::hooks::parse_listeners(text)) {
    if (listener.address.empty() || listener.port < 0 || listener.port > 65535) {
      std::abort();
    }
  }
  return 0;
}
