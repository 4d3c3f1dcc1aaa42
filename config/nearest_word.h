#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace minpaas::config {

/// The word of `known` that was probably meant, or empty when none is near: at most a third of the
/// letters differ (one letter in short words; two neighbours that are swapped count as one).
std::string nearest_word(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace minpaas::config
