#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

/// What a machine may lack skips the test there, and fails it in a CI, where scripts/test has put
/// it in place.
#define MINPAAS_NEEDS(is_there, what)             \
  if (!(is_there)) {                              \
    if (std::getenv("CI") != nullptr) {           \
      FAIL() << "this test needs " << (what);     \
    }                                             \
    GTEST_SKIP() << "this test needs " << (what); \
  }                                               \
  static_assert(true, "takes a semicolon")
