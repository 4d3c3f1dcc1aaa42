#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace {

using minpaas::config::parse_settings;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto settings = parse_settings(text, "fuzz.ini", {});
  if (!settings) {
    require(is_one_line(settings.error().message) && is_one_line(settings.error().hint));
    return 0;
  }
  // What is printed means the same when it is read again.
  const std::string printed = to_ini(*settings);
  const auto again = parse_settings(printed, "printed.ini", {});
  require(again.has_value() && to_ini(*again) == printed);
  // A value can also come from the environment.
  static_cast<void>(parse_settings("", "env", {{"MINPAAS_SSH_LISTEN", text}}));
  return 0;
}
