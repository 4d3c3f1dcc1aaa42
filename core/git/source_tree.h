#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace minpaas {

/// The files of one commit, read-only: what runtimes look at and what a build is made from.
/// Thread: one. Paths are relative, with `/`, without `.` and `..`.
class SourceTree {
 public:
  virtual ~SourceTree() = default;
  [[nodiscard]] virtual bool has_file(std::string_view path) const = 0;
  /// Errors: NotFound, InvalidInput (larger than `most_bytes`).
  [[nodiscard]] virtual Result<std::string> read(std::string_view path,
                                                 std::size_t most_bytes) const = 0;
  /// Names at the root, folders with a `/` at the end, sorted.
  [[nodiscard]] virtual std::vector<std::string> root_entries() const = 0;
};

}  // namespace minpaas
