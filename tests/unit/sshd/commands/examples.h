#pragma once

#include <string>

#include "sshd/commands/command.h"
#include "tests/unit/sshd/commands/scene.h"

namespace minpaas::sshd::commands::test {

/// A command line, with what it reads.
struct Example {
  std::string line;
  std::string input;
};

/// The example of the command's own help.
Example example_of(const Command& command);

/// One that works in the scene, which is made ready for it.
Example working_example_of(const Command& command, Scene& scene);

}  // namespace minpaas::sshd::commands::test
