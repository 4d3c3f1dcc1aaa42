#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "config/ini_lines.h"
#include "config/setting_table.h"
#include "core/base/file.h"
#include "core/base/text.h"

/// What the documents tell people to write into minpaas.ini, given to the reader of the server.
namespace minpaas::config {
namespace {

namespace fs = std::filesystem;

/// Where it stands, for people: `https.md:11`.
struct Snippet {
  std::string place;
  std::string text;
};

std::vector<fs::path> documents() {
  const fs::path docs = MINPAAS_DOCS;
  std::vector<fs::path> files{docs.parent_path() / "README.md"};
  for (const auto& entry : fs::directory_iterator(docs)) {
    if (entry.path().extension() == ".md") {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

std::string text_of(const fs::path& file) {
  return read_file(file, 1 << 20).value();
}

std::string place_in(const fs::path& file, std::size_t line) {
  return file.filename().string() + ":" + std::to_string(line);
}

/// `[certs]` alone; systemd writes its sections with a capital letter.
bool begins_settings(std::string_view line) {
  return line.size() > 2 && line.front() == '[' && line.back() == ']' && line[1] >= 'a' &&
         line[1] <= 'z';
}

/// Whether each line that it is told of, one after another, belongs to a block of code.
class CodeBlocks {
 public:
  bool take(std::string_view line) {
    const bool is_fence = trim(line).starts_with("```");
    fenced_ = fenced_ != is_fence;
    return !is_fence && (fenced_ || line.starts_with("    "));
  }

 private:
  bool fenced_ = false;
};

/// The blocks of code in a document that have a section in them, each from there on to its end.
std::vector<Snippet> blocks_of(const fs::path& file) {
  std::vector<Snippet> blocks;
  const std::string text = text_of(file);
  CodeBlocks code;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const bool is_code = code.take(line);
    if (!inside && is_code && begins_settings(trim(line))) {
      blocks.push_back({place_in(file, number), ""});
      inside = true;
    }
    inside = inside && (is_code || trim(line).empty());
    if (inside) {
      blocks.back().text += std::string(trim(line)) + "\n";
    }
  }
  return blocks;
}

/// Where a text names a key as `[section] key`, or a setting as `[section] key = value`.
std::vector<Snippet> words_of(const fs::path& file) {
  static const std::regex form("`(\\[[a-z]+\\] [^`]+)`");
  std::vector<Snippet> words;
  const std::string text = text_of(file);
  std::size_t number = 0;
  for (const std::string_view view : split(text, '\n')) {
    ++number;
    const std::string line(view);
    for (std::sregex_iterator found(line.begin(), line.end(), form), end; found != end; ++found) {
      words.push_back({place_in(file, number), (*found)[1].str()});
    }
  }
  return words;
}

/// A comment behind a value begins with ; and any other is a part of the value.
Result<void> refuse_comment(const IniEntry& entry) {
  return entry.value.find('#') == std::string_view::npos
             ? Result<void>()
             : Error{ErrorCode::InvalidInput, "a comment stands behind the value", "", ""};
}

void expect_settings(const Snippet& snippet) {
  const auto settings = parse_settings(snippet.text, snippet.place, {});
  EXPECT_TRUE(settings) << snippet.text << settings.error().message;
  const auto plain = read_ini(snippet.text, snippet.place, refuse_comment);
  EXPECT_TRUE(plain) << snippet.text << plain.error().message;
}

void expect_key(const Snippet& words) {
  const auto end = words.text.find(']');
  const std::string section = words.text.substr(1, end - 1);
  const auto keys = known_keys(section);
  EXPECT_NE(std::ranges::find(keys, trim(std::string_view(words.text).substr(end + 1))), keys.end())
      << words.place << ": " << words.text;
}

TEST(DocumentedSettings, OfEveryBlockAreTakenByTheServer) {
  std::size_t seen = 0;
  for (const fs::path& file : documents()) {
    for (const Snippet& block : blocks_of(file)) {
      expect_settings(block);
      ++seen;
    }
  }
  EXPECT_GE(seen, 3U);
}

TEST(DocumentedSettings, ThatATextNamesExist) {
  std::size_t seen = 0;
  for (const fs::path& file : documents()) {
    for (const Snippet& words : words_of(file)) {
      const auto end = words.text.find("] ");
      if (words.text.find(" = ") != std::string::npos) {
        expect_settings({words.place,
                         words.text.substr(0, end + 1) + "\n" + words.text.substr(end + 2) + "\n"});
      } else {
        expect_key(words);
      }
      ++seen;
    }
  }
  EXPECT_GE(seen, 40U);
}

}  // namespace
}  // namespace minpaas::config
