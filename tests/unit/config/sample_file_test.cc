#include <gtest/gtest.h>

#include <map>
#include <string>

#include "config/setting_table.h"
#include "core/base/file.h"
#include "core/base/text.h"

namespace minpaas::config {
namespace {

std::string sample() {
  return read_file(MINPAAS_SAMPLE_INI, 1 << 20).value();
}

/// A line `#key = value`, which a person would uncomment; prose has a space after the #.
bool is_setting(std::string_view line) {
  return line.size() > 1 && line[0] == '#' && line[1] >= 'a' && line[1] <= 'z' &&
         line.find('=') != std::string_view::npos;
}

std::string uncommented() {
  std::string ini;
  const std::string text = sample();
  for (const std::string_view line : split(text, '\n')) {
    ini += std::string(is_setting(line) ? line.substr(1) : line) + "\n";
  }
  return ini;
}

/// `section.key` to value, as the file shows them.
std::map<std::string, std::string> shown_settings() {
  std::map<std::string, std::string> shown;
  std::string section;
  const std::string text = sample();
  for (const std::string_view line : split(text, '\n')) {
    if (line.substr(0, 1) == "[") {
      section = line.substr(1, line.find(']') - 1);
    } else if (is_setting(line)) {
      const auto equals = line.find('=');
      const std::string key = section + "." + std::string(trim(line.substr(1, equals - 1)));
      EXPECT_TRUE(shown.emplace(key, trim(line.substr(equals + 1))).second) << key;
    }
  }
  return shown;
}

TEST(SampleFile, ShowsEverySettingWithItsDefaultAndNothingElse) {
  const Settings defaults = default_settings(Privilege::Root);
  std::map<std::string, std::string> expected;
  for (const Setting& entry : setting_table()) {
    expected.emplace(std::string(entry.section) + "." + std::string(entry.key),
                     entry.text(defaults));
  }
  EXPECT_EQ(shown_settings(), expected);
}

TEST(SampleFile, ChangesNothingAsItIs) {
  const auto settings = parse_settings(sample(), "minpaas.ini", {});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(to_ini(*settings), to_ini(parse_settings("", "", {}).value()));
}

TEST(SampleFile, MeansTheDefaultsWhenEveryKeyIsUncommented) {
  const auto settings = parse_settings(uncommented(), "minpaas.ini", {});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(to_ini(*settings), to_ini(default_settings(Privilege::Root)));
}

TEST(SampleFile, ExplainsEveryGroupOfKeys) {
  std::string_view before;
  const std::string text = sample();
  for (const std::string_view line : split(text, '\n')) {
    if (is_setting(line)) {
      EXPECT_TRUE(is_setting(before) || before.substr(0, 2) == "# ") << line;
    }
    before = line;
  }
}

}  // namespace
}  // namespace minpaas::config
