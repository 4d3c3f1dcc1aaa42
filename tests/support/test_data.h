#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace minpaas::test {

/// A file of tests/data: bytes that real programs have sent. Needs MINPAAS_SOURCE_DIR.
inline std::string test_data(const std::string& path) {
  std::ifstream in(std::string(MINPAAS_SOURCE_DIR) + "/tests/data/" + path, std::ios::binary);
  if (!in) {
    throw std::runtime_error("there is no tests/data/" + path);
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace minpaas::test
