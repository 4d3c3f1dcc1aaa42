#include "core/git/object_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "core/base/text.h"

namespace minpaas::git {
namespace {

Error bad_object(const Oid& id, std::string_view why) {
  return {ErrorCode::InvalidInput, fmt::format("bad object {}: {}", id.short_hex(), why),
          "run `git fsck` in your repository", ""};
}

/// UTF-8 of the code points that HFS+ ignores in names: U+200C..F, U+202A..E, U+206A..F, U+FEFF.
bool skip_hfs_ignorable(std::string_view& rest) {
  if (rest.size() < 3) {
    return false;
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const bool ignorable =
      (byte(0) == 0xe2 && byte(1) == 0x80 &&
       ((byte(2) >= 0x8c && byte(2) <= 0x8f) || (byte(2) >= 0xaa && byte(2) <= 0xae))) ||
      (byte(0) == 0xe2 && byte(1) == 0x81 && byte(2) >= 0xaa && byte(2) <= 0xaf) ||
      (byte(0) == 0xef && byte(1) == 0xbb && byte(2) == 0xbf);
  if (ignorable) {
    rest.remove_prefix(3);
  }
  return ignorable;
}

std::string lower_without_ignorable(std::string_view name) {
  std::string plain;
  while (!name.empty()) {
    if (!skip_hfs_ignorable(name)) {
      const char c = name.front();
      plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      name.remove_prefix(1);
    }
  }
  return plain;
}

constexpr unsigned kFolderMode = 040000;
constexpr unsigned kSymlinkMode = 0120000;
constexpr unsigned kSubmoduleMode = 0160000;

bool is_known_mode(unsigned mode) {
  switch (mode) {
    case kFolderMode:
    case kSymlinkMode:
    case kSubmoduleMode:
    case 0100644:
    case 0100755:
    // Written by git before 2005; it is still in old histories.
    case 0100664:
      return true;
    default:
      return false;
  }
}

struct TreeEntry {
  unsigned mode = 0;
  std::string_view name;
  Oid target;
};

/// Cuts the next entry off `rest`; false when it is malformed.
bool next_entry(std::string_view& rest, TreeEntry& entry) {
  const auto space = rest.find(' ');
  if (space == std::string_view::npos || space == 0 || space > 6) {
    return false;
  }
  entry.mode = 0;
  for (const char digit : rest.substr(0, space)) {
    if (digit < '0' || digit > '7') {
      return false;
    }
    entry.mode = entry.mode * 8 + static_cast<unsigned>(digit - '0');
  }
  rest.remove_prefix(space + 1);
  const auto end = rest.find('\0');
  if (end == std::string_view::npos || rest.size() < end + 1 + Oid::kRawBytes) {
    return false;
  }
  entry.name = rest.substr(0, end);
  std::array<unsigned char, Oid::kRawBytes> raw{};
  std::copy_n(rest.data() + end + 1, raw.size(), raw.begin());
  entry.target = Oid(raw);
  rest.remove_prefix(end + 1 + Oid::kRawBytes);
  return true;
}

/// Why the name must not be in a tree; empty when it may.
std::string_view name_problem(const TreeEntry& entry) {
  if (entry.name.empty()) {
    return "a tree has an entry without name";
  }
  if (entry.name.find('/') != std::string_view::npos) {
    return "a tree has a name with a slash";
  }
  if (entry.name == "." || entry.name == "..") {
    return "a tree has an entry called . or ..";
  }
  if (is_dot_git_like(entry.name)) {
    return "a tree has an entry called .git";
  }
  if (entry.mode == kSymlinkMode && lower_without_ignorable(entry.name) == ".gitmodules") {
    return ".gitmodules is a symbolic link";
  }
  return {};
}

/// Whether `a` stands before `b` in a tree: git sorts folders as if their name ended with a slash.
bool is_sorted_before(const TreeEntry& a, const TreeEntry& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  const int order = a.name.substr(0, common).compare(b.name.substr(0, common));
  if (order != 0) {
    return order < 0;
  }
  const auto next = [common](const TreeEntry& entry) {
    if (entry.name.size() > common) {
      return static_cast<unsigned char>(entry.name[common]);
    }
    return static_cast<unsigned char>(entry.mode == kFolderMode ? '/' : '\0');
  };
  return next(a) < next(b);
}

/// A file and a folder of one name need not stand side by side, so that order alone does not show
/// them. The names of files are sorted among themselves.
bool is_among(const std::vector<std::string_view>& file_names, std::string_view folder) {
  return std::binary_search(file_names.begin(), file_names.end(), folder);
}

Result<void> check_tree(const Oid& id, std::string_view content, std::vector<ObjectLink>& links) {
  std::vector<std::string_view> file_names;
  TreeEntry previous;
  while (!content.empty()) {
    TreeEntry entry;
    if (!next_entry(content, entry)) {
      return bad_object(id, "a tree is malformed");
    }
    if (!is_known_mode(entry.mode)) {
      return bad_object(id, fmt::format("a tree has the unknown mode {:o}", entry.mode));
    }
    if (entry.target.is_zero()) {
      return bad_object(id, "a tree has an entry without object");
    }
    if (const auto problem = name_problem(entry); !problem.empty()) {
      return bad_object(id, problem);
    }
    if (entry.name == previous.name ||
        (entry.mode == kFolderMode && is_among(file_names, entry.name))) {
      return bad_object(id, "a tree has the same name twice");
    }
    if (!previous.name.empty() && !is_sorted_before(previous, entry)) {
      return bad_object(id, "a tree is not sorted");
    }
    if (entry.mode != kFolderMode) {
      file_names.push_back(entry.name);
    }
    if (entry.mode != kSubmoduleMode) {
      links.push_back(
          {entry.target, entry.mode == kFolderMode ? ObjectKind::Tree : ObjectKind::Blob});
    }
    previous = entry;
  }
  return {};
}

/// Cuts `name VALUE\n` off the header; an empty value when the line is another one.
std::string_view take_header(std::string_view& rest, std::string_view name) {
  if (rest.size() <= name.size() || !rest.starts_with(name) || rest[name.size()] != ' ') {
    return {};
  }
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) {
    return {};
  }
  const std::string_view value = rest.substr(name.size() + 1, end - name.size() - 1);
  rest.remove_prefix(end + 1);
  return value;
}

/// `Name <mail> 1700000000 +0100`
bool is_identity(std::string_view value) {
  const auto open = value.find('<');
  const auto close = value.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return false;
  }
  const auto parts = split(value.substr(close + 1), ' ');
  return parts.size() == 3 && parts[0].empty() && parse_number(parts[1], "time", 0, INT64_MAX) &&
         parts[2].size() == 5 && (parts[2][0] == '+' || parts[2][0] == '-');
}

Result<void> check_commit(const Oid& id, std::string_view content, std::vector<ObjectLink>& links) {
  const auto header_end = content.find("\n\n");
  if (content.substr(0, header_end).find('\0') != std::string_view::npos) {
    return bad_object(id, "a commit has a NUL in its header");
  }
  auto tree = Oid::parse(take_header(content, "tree"));
  if (!tree) {
    return bad_object(id, "a commit has no tree");
  }
  links.push_back({*tree, ObjectKind::Tree});
  for (;;) {
    const auto value = take_header(content, "parent");
    if (value.empty()) {
      break;
    }
    auto parent = Oid::parse(value);
    if (!parent) {
      return bad_object(id, "a commit has a malformed parent");
    }
    links.push_back({*parent, ObjectKind::Commit});
  }
  if (!is_identity(take_header(content, "author"))) {
    return bad_object(id, "a commit has no valid author");
  }
  if (!is_identity(take_header(content, "committer"))) {
    return bad_object(id, "a commit has no valid committer");
  }
  return {};
}

std::optional<ObjectKind> kind_named(std::string_view type) {
  if (type == "commit") {
    return ObjectKind::Commit;
  }
  if (type == "tree") {
    return ObjectKind::Tree;
  }
  if (type == "blob") {
    return ObjectKind::Blob;
  }
  return type == "tag" ? std::optional(ObjectKind::Tag) : std::nullopt;
}

Result<void> check_tag(const Oid& id, std::string_view content, std::vector<ObjectLink>& links) {
  const auto header_end = content.find("\n\n");
  if (content.substr(0, header_end).find('\0') != std::string_view::npos) {
    return bad_object(id, "a tag has a NUL in its header");
  }
  auto target = Oid::parse(take_header(content, "object"));
  const auto kind = kind_named(take_header(content, "type"));
  const auto name = take_header(content, "tag");
  if (!target || name.empty()) {
    return bad_object(id, "a tag is malformed");
  }
  if (!kind) {
    return bad_object(id, "a tag points to an unknown kind of object");
  }
  links.push_back({*target, *kind});
  return {};
}

}  // namespace

bool is_dot_git_like(std::string_view name) {
  // Nearly all names are settled by their first character: only an ignorable one may precede.
  const char first = name.empty() ? '\0' : name.front();
  if (first != '.' && first != 'g' && first != 'G' && first != '\xe2' && first != '\xef') {
    return false;
  }
  std::string plain = lower_without_ignorable(name);
  // NTFS cuts an alternate stream (`.git::$INDEX_ALLOCATION`) and trailing dots and spaces off, and
  // takes a backslash for the end of a folder's name.
  plain = plain.substr(0, plain.find_first_of(":\\"));
  while (!plain.empty() && (plain.back() == '.' || plain.back() == ' ')) {
    plain.pop_back();
  }
  return plain == ".git" || plain == "git~1";
}

Result<void> check_object(const Oid& id, ObjectKind kind, std::string_view content,
                          std::vector<ObjectLink>& links) {
  switch (kind) {
    case ObjectKind::Commit:
      return check_commit(id, content, links);
    case ObjectKind::Tree:
      return check_tree(id, content, links);
    case ObjectKind::Tag:
      return check_tag(id, content, links);
    case ObjectKind::Blob:
      break;
  }
  return {};
}

}  // namespace minpaas::git
