#include "config/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "config/ini_lines.h"
#include "config/setting_table.h"
#include "core/base/file.h"
#include "core/base/text.h"

namespace minpaas::config {
namespace {

constexpr std::size_t kMostFileBytes = 1U << 20;
constexpr std::string_view kPrefix = "MINPAAS_";

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string mapped(std::string_view text, char (*map)(char)) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), map);
  return result;
}

/// Control characters and endless words of a broken file do not belong in a message.
std::string shown(std::string_view text) {
  constexpr std::size_t kMostShown = 60;
  return escape_controls(text.substr(0, kMostShown));
}

Result<void> take_entry(Settings& settings, std::set<std::string>& seen, const IniEntry& entry) {
  if (entry.is_section) {
    const auto known = check_section(entry.section);
    return known ? known : known.error().with_context(fmt::format("[{}]", shown(entry.section)));
  }
  const std::string name = fmt::format("[{}] {}", shown(entry.section), shown(entry.key));
  if (entry.section.empty()) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("{} stands before the first [section]", shown(entry.key)), "", ""};
  }
  if (!seen.insert(name).second) {
    return Error{ErrorCode::InvalidInput, fmt::format("{}: it stands twice", name), "", ""};
  }
  const auto done = put_setting(settings, entry.section, entry.key, entry.value);
  return done ? Result<void>() : done.error().with_context(name);
}

/// `MINPAAS_SSH_LISTEN`. Names that begin with no section (MINPAAS_HOME) belong to other programs.
Result<void> take_variable(Settings& settings, const std::string& name, const std::string& value) {
  if (name.compare(0, kPrefix.size(), kPrefix) != 0) {
    return {};
  }
  const std::string_view rest = std::string_view(name).substr(kPrefix.size());
  for (const std::string_view section : known_sections()) {
    const std::string start = mapped(section, upper) + "_";
    if (rest.substr(0, start.size()) != start) {
      continue;
    }
    const std::string key = mapped(rest.substr(start.size()), lower);
    const auto done = put_setting(settings, section, key, trim(value));
    return done ? Result<void>() : done.error().with_context(fmt::format("environment {}", name));
  }
  return {};
}

/// What no key can be told alone.
Result<void> check_together(const Settings& settings, std::string_view file_name) {
  const RouterSettings& router = settings.router;
  if (router.port_first > router.port_last) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("{}: [router] port_first {} is above port_last {}", file_name,
                             router.port_first, router.port_last),
                 "", ""};
  }
  return {};
}

/// Values of people may hold anything; an error is one line.
Error one_line(const Error& error) {
  Error safe = error;
  safe.message = escape_controls(error.message);
  return safe;
}

Result<Settings> parse(std::string_view ini, std::string_view file_name,
                       const Environment& environment) {
  Settings settings = default_settings(::geteuid() == 0 ? Privilege::Root : Privilege::User);
  std::set<std::string> seen;
  TRY(read_ini(ini, file_name,
               [&](const IniEntry& entry) { return take_entry(settings, seen, entry); }));
  for (const auto& [name, value] : environment) {
    TRY(take_variable(settings, name, value));
  }
  TRY(check_together(settings, file_name));
  return settings;
}

}  // namespace

Result<Settings> parse_settings(std::string_view ini, std::string_view file_name,
                                const Environment& environment) {
  auto settings = parse(ini, file_name, environment);
  if (!settings) {
    return one_line(settings.error());
  }
  return settings;
}

Result<Settings> load_settings(const std::filesystem::path& file, const Environment& environment) {
  if (file.empty()) {
    return parse_settings("", "settings", environment);
  }
  const std::string ini = TRY(read_file(file, kMostFileBytes));
  return parse_settings(ini, file.string(), environment);
}

std::string to_ini(const Settings& settings) {
  std::string ini;
  std::string_view section;
  for (const Setting& entry : setting_table()) {
    if (entry.section != section) {
      section = entry.section;
      ini += fmt::format("{}[{}]\n", ini.empty() ? "" : "\n", section);
    }
    ini += fmt::format("{} = {}\n", entry.key, entry.text(settings));
    if (section == kImageSection) {
      for (const auto& [runtime, image] : settings.images.base) {
        ini += fmt::format("{} = {}\n", runtime, image);
      }
    }
  }
  return ini;
}

}  // namespace minpaas::config
