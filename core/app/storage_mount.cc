#include "core/app/storage_mount.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostNameCharacters = 30;
constexpr std::size_t kMostPathCharacters = 200;
constexpr std::size_t kMostShown = 60;

/// Taken with all that is below.
constexpr std::array<std::string_view, 10> kReservedTrees{
    "/proc", "/sys", "/dev", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/run"};
/// Taken themselves: hidden, they leave nothing that could run.
constexpr std::array<std::string_view, 11> kReservedFolders{
    "/app",       "/venv", "/usr",  "/usr/bin", "/usr/sbin", "/usr/lib",
    "/usr/local", "/var",  "/home", "/root",    "/opt"};

std::string shown(std::string_view text) {
  return shown_if_short(text, kMostShown);
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

bool is_path_character(char c) {
  return c > ' ' && c < '\x7f' && c != ',' && c != ':' && c != '\\' && c != '"';
}

bool lies_in(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

Error bad_path(std::string_view text, std::string_view why) {
  return {ErrorCode::InvalidInput, fmt::format("'{}' is no path for storage: {}", shown(text), why),
          "choose a folder of its own, such as /data", ""};
}

/// Empty when it is well-formed.
std::string_view flaw_of(std::string_view path) {
  if (!path.starts_with('/')) {
    return "it is not absolute";
  }
  if (path.size() > kMostPathCharacters) {
    return "it is longer than 200 characters";
  }
  if (!std::ranges::all_of(path, is_path_character)) {
    return "it has a blank, a comma, a colon or another special character";
  }
  for (const std::string_view part : split(path.substr(1), '/')) {
    if (part.empty() || part == "." || part == "..") {
      return "it has an empty part, . or ..";
    }
  }
  return {};
}

}  // namespace

Result<StorageName> StorageName::parse(std::string_view text) {
  if (text.starts_with('/') || text.starts_with('.') || text.starts_with('~')) {
    return Error{
        ErrorCode::InvalidInput,
        fmt::format("'{}' is a folder of the server; apps have named storage only", shown(text)),
        "give it a name, and the path that the app sees: data:/data", ""};
  }
  if (text.empty() || text.size() > kMostNameCharacters || !is_alphanumeric(text.front()) ||
      !std::ranges::all_of(text, is_name_character)) {
    return Error{
        ErrorCode::InvalidInput, fmt::format("'{}' is no valid name of a storage", shown(text)),
        "use 1 to 30 of a-z, 0-9, '-', '_' and '.', beginning with a letter or a digit", ""};
  }
  return StorageName(std::string(text));
}

Result<MountPath> MountPath::parse(std::string_view text) {
  const auto path =
      text.substr(0, text.size() > 1 && text.ends_with('/') ? text.size() - 1 : text.size());
  if (path == "/") {
    return bad_path(text, "it would hide the whole image");
  }
  if (const auto flaw = flaw_of(path); !flaw.empty()) {
    return bad_path(text, flaw);
  }
  if (std::ranges::any_of(kReservedTrees, [&](auto tree) { return lies_in(path, tree); })) {
    return bad_path(text, "it belongs to the system");
  }
  if (std::ranges::find(kReservedFolders, path) != kReservedFolders.end()) {
    return bad_path(text, "it would hide what the app needs");
  }
  return MountPath(std::string(path));
}

bool MountPath::is_within(const MountPath& other) const {
  return lies_in(text_, other.text_);
}

Result<StorageMount> StorageMount::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' does not say where the storage is to be", shown(text)),
                 "write NAME:/path, such as data:/data", ""};
  }
  auto name = TRY(StorageName::parse(text.substr(0, colon)));
  auto path = TRY(MountPath::parse(text.substr(colon + 1)));
  return StorageMount{std::move(name), std::move(path)};
}

}  // namespace minpaas
