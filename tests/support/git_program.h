#pragma once

#include <string>
#include <vector>

#include "tests/support/program.h"

namespace minpaas::test {

/// The real git in the folder, with a known author and none of the tester's configuration.
/// `protocol`: the version that it asks for.
inline ProgramResult run_git(const std::string& folder, const std::vector<std::string>& arguments,
                             const std::string& protocol) {
  std::vector<std::string> all{"env",
                               "GIT_CONFIG_GLOBAL=/dev/null",
                               "GIT_CONFIG_SYSTEM=/dev/null",
                               "LC_ALL=C",
                               "git",
                               "-C",
                               folder,
                               "-c",
                               "user.name=A",
                               "-c",
                               "user.email=a@example.org",
                               "-c",
                               "protocol.version=" + protocol};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(all, "", std::chrono::seconds(300));
}

}  // namespace minpaas::test
