#pragma once

#include <string>
#include <string_view>

namespace minpaas::test {

/// What is wrong with a text in Prometheus' exposition format, version 0.0.4, by the rules of the
/// format and of `promtool check metrics`; empty when nothing is.
std::string exposition_fault(std::string_view text);

}  // namespace minpaas::test
