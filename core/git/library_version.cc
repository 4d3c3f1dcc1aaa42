#include "core/git/library_version.h"

#include <fmt/format.h>
#include <git2/common.h>

namespace minpaas::git {

std::string library_version() {
  int major = 0;
  int minor = 0;
  int revision = 0;
  git_libgit2_version(&major, &minor, &revision);
  return fmt::format("{}.{}.{}", major, minor, revision);
}

}  // namespace minpaas::git
