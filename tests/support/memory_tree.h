#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/git/source_tree.h"

namespace minpaas::test {

/// A commit whose files are given as path -> content.
class MemoryTree : public SourceTree {
 public:
  using Files = std::map<std::string, std::string, std::less<>>;

  MemoryTree(std::initializer_list<Files::value_type> files) : files_(files) {}

  explicit MemoryTree(Files files) : files_(std::move(files)) {}

  [[nodiscard]] bool has_file(std::string_view path) const override {
    return files_.contains(path);
  }

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t most_bytes) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) {
      return Error{ErrorCode::NotFound, std::string(path) + " is not in the commit", "", ""};
    }
    if (found->second.size() > most_bytes) {
      return Error{ErrorCode::InvalidInput, std::string(path) + " is too large", "", ""};
    }
    return found->second;
  }

  [[nodiscard]] std::vector<std::string> root_entries() const override {
    std::set<std::string> entries;
    for (const auto& [path, content] : files_) {
      const auto slash = path.find('/');
      entries.insert(slash == std::string::npos ? path : path.substr(0, slash + 1));
    }
    return {entries.begin(), entries.end()};
  }

 private:
  Files files_;
};

}  // namespace minpaas::test
