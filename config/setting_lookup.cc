#include <fmt/format.h>

#include <algorithm>

#include "config/nearest_word.h"
#include "config/setting_table.h"
#include "config/setting_value.h"

namespace minpaas::config {
namespace {

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

Error unknown(std::string_view what, std::string_view word,
              const std::vector<std::string_view>& known) {
  const std::string nearest = nearest_word(word, known);
  return {ErrorCode::InvalidInput, fmt::format("there is no such {}", what),
          nearest.empty() ? fmt::format("known are {}", joined(known))
                          : fmt::format("did you mean {}?", nearest),
          ""};
}

bool is_runtime_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<void> put_base_image(ImageSettings& images, std::string_view runtime,
                            std::string_view image) {
  if (!is_runtime_name(runtime)) {
    return Error{ErrorCode::InvalidInput, "this is no name of a runtime",
                 "write pull, or a runtime like python", ""};
  }
  TRY(check_image(image));
  images.base.insert_or_assign(std::string(runtime), std::string(image));
  return {};
}

}  // namespace

std::vector<std::string_view> known_sections() {
  std::vector<std::string_view> sections;
  for (const Setting& entry : setting_table()) {
    if (sections.empty() || sections.back() != entry.section) {
      sections.push_back(entry.section);
    }
  }
  return sections;
}

std::vector<std::string_view> known_keys(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const Setting& entry : setting_table()) {
    if (entry.section == section) {
      keys.push_back(entry.key);
    }
  }
  return keys;
}

Result<void> check_section(std::string_view section) {
  const auto sections = known_sections();
  return std::find(sections.begin(), sections.end(), section) != sections.end()
             ? Result<void>()
             : unknown("section", section, sections);
}

Result<void> put_setting(Settings& settings, std::string_view section, std::string_view key,
                         std::string_view value) {
  TRY(check_section(section));
  const auto keys = known_keys(section);
  for (const Setting& entry : setting_table()) {
    if (entry.section == section && entry.key == key) {
      return entry.put(settings, value);
    }
  }
  if (section == kImageSection) {
    return put_base_image(settings.images, key, value);
  }
  return unknown("key", key, keys);
}

Settings default_settings(Privilege privilege) {
  Settings settings;
  settings.ssh.listen = {{"0.0.0.0", 2222}};
  settings.http.listen = {{"127.0.0.1", 4000}};
  const bool root = privilege == Privilege::Root;
  settings.router.http_listen = {"0.0.0.0", root ? 80 : 8080};
  settings.router.https_listen = {"0.0.0.0", root ? 443 : 8443};
  return settings;
}

}  // namespace minpaas::config
