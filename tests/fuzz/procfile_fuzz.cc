#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/app/procfile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = minpaas::parse_procfile({reinterpret_cast<const char*>(data), size});
  if (!parsed && parsed.error().message.find('\n') != std::string::npos) {
    std::abort();  // errors are one line
  }
  return 0;
}
