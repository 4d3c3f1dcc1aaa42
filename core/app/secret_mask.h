#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/app/config_var.h"

namespace minpaas {

/// Shorter values are words that stand everywhere; without them nothing could be read.
constexpr std::size_t kShortestMaskedBytes = 7;

/// Replaces config values in text that people see by `[KEY]`. A value of several lines is looked
/// for line by line. Thread: one at a time.
class SecretMask {
 public:
  void hide(const ConfigVars& vars);
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  struct LongestFirst {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    }
  };

  /// Value -> what stands in its place.
  std::map<std::string, std::string, LongestFirst> hidden_;
};

}  // namespace minpaas
