#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sshd/commands/config_input.h"

using minpaas::sshd::commands::format_config_line;
using minpaas::sshd::commands::parse_config_lines;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto vars = parse_config_lines({reinterpret_cast<const char*>(data), size});
  if (!vars) {
    return 0;
  }
  std::string exported;
  for (const auto& [key, value] : *vars) {
    exported += format_config_line(key, value);
  }
  const auto again = parse_config_lines(exported);
  if (!again || *again != *vars) {
    std::abort();
  }
  return 0;
}
