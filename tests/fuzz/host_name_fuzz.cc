#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/app/host_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = minpaas::HostName::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    if (parsed.error().message.find('\n') != std::string::npos) {
      std::abort();  // errors are one line
    }
    return 0;
  }
  // Safe in a line of a map, and in a command to HAProxy.
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-.*";
  const auto again = minpaas::HostName::parse(parsed->str());
  if (parsed->str().find_first_not_of(kAllowed) != std::string::npos || !again ||
      *again != *parsed) {
    std::abort();
  }
  return 0;
}
