#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace minpaas::config {

/// One key of the ini, described once: where it is, how it is read, how it is written.
struct Setting {
  std::string_view section;
  std::string_view key;
  /// Errors: InvalidInput.
  std::function<Result<void>(Settings&, std::string_view value)> put;
  std::function<std::string(const Settings&)> text;
};

/// All settings but the base images, in the order of config/minpaas.ini.
const std::vector<Setting>& setting_table();

/// The section whose other keys are names of runtimes: `python = python:3.12-slim`.
inline constexpr std::string_view kImageSection = "images";

/// Sections in the order of the table, each once.
std::vector<std::string_view> known_sections();
std::vector<std::string_view> known_keys(std::string_view section);

/// Errors: InvalidInput, with the known section that is nearest as hint.
Result<void> check_section(std::string_view section);
/// Stores `value`; a key of [images] that is not in the table is a runtime's base image. Errors:
/// InvalidInput, with the known section or key that is nearest as hint.
Result<void> put_setting(Settings& settings, std::string_view section, std::string_view key,
                         std::string_view value);

/// Whether the program may listen on ports below 1024.
enum class Privilege { Root, User };

/// The settings of an empty file.
Settings default_settings(Privilege privilege);

}  // namespace minpaas::config
