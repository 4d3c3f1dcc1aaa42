#pragma once

#include <string>

namespace minpaas::git {

/// Of the libgit2 that is loaded: `1.5.1`.
std::string library_version();

}  // namespace minpaas::git
