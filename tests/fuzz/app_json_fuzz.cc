#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/app/manifest.h"

/// Whatever is accepted reads the same again from the form that is stored.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = minpaas::parse_app_json({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    if (parsed.error().message.find('\n') != std::string::npos) {
      std::abort();  // errors are one line
    }
    return 0;
  }
  const auto again = minpaas::parse_app_json(minpaas::to_json(parsed->manifest));
  if (!again || again->manifest != parsed->manifest) {
    std::abort();
  }
  return 0;
}
