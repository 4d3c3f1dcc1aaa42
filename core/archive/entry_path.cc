#include <fmt/format.h>

#include "core/archive/tar_reader.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas::archive {
namespace {

/// As Linux has them.
constexpr std::size_t kMostPathBytes = 4096;
constexpr std::size_t kMostPartBytes = 255;
/// Folders in folders; what reads trees later goes down as deep.
constexpr std::size_t kMostParts = 200;
constexpr std::size_t kMostShown = 255;

Error bad_path(std::string_view path, std::string_view why) {
  return {ErrorCode::InvalidInput,
          fmt::format("the archive has '{}': {}", shown_if_short(path, kMostShown), why),
          "pack the folder of the app from inside: tar czf - -C myapp .", ""};
}

}  // namespace

Result<std::string> plain_path(std::string_view path) {
  if (path.starts_with('/')) {
    return bad_path(path, "an absolute path");
  }
  if (path.size() > kMostPathBytes) {
    return bad_path(path, "a path of more than 4096 bytes");
  }
  std::string plain;
  std::size_t parts = 0;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") {
      continue;
    }
    if (part == "..") {
      return bad_path(path, "a path that leads out of the archive");
    }
    if (part.size() > kMostPartBytes || ++parts > kMostParts) {
      return bad_path(path, "a name that is too long, or too many folders in each other");
    }
    plain += fmt::format("{}{}", plain.empty() ? "" : "/", part);
  }
  return plain;
}

bool stays_inside(std::string_view path, std::string_view target) {
  if (target.empty() || target.starts_with('/')) {
    return false;
  }
  const auto parts_of_path = split(path, '/');
  // Another link may stand in for a folder of the target, so that `..` after a name leads anywhere:
  // it may only come first.
  std::size_t up = 0;
  bool named = false;
  for (const std::string_view part : split(target, '/')) {
    if (part == "..") {
      if (named) {
        return false;
      }
      ++up;
    } else {
      named = named || (!part.empty() && part != ".");
    }
  }
  return up + 1 <= parts_of_path.size();
}

}  // namespace minpaas::archive
