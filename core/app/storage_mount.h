#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// Name of a storage within its app: `[a-z0-9][a-z0-9_.-]{0,29}`, safe in names of volumes.
class StorageName {
 public:
  /// Errors: InvalidInput. A folder of the server (`/srv/x`) is refused as such.
  static Result<StorageName> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const { return text_; }

  auto operator<=>(const StorageName&) const = default;

 private:
  explicit StorageName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// Where containers have a storage: an absolute path without `.`, `..` and `//`, and not one that
/// the system or the app itself needs.
class MountPath {
 public:
  /// A slash at the end is dropped. Errors: InvalidInput.
  static Result<MountPath> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const { return text_; }

  /// Whether it is the same as the other, or lies in it.
  [[nodiscard]] bool is_within(const MountPath& other) const;

  auto operator<=>(const MountPath&) const = default;

 private:
  explicit MountPath(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

struct StorageMount {
  StorageName name;
  MountPath path;

  /// `NAME:/path`. Errors: InvalidInput.
  static Result<StorageMount> parse(std::string_view text);

  bool operator==(const StorageMount&) const = default;
};

}  // namespace minpaas
