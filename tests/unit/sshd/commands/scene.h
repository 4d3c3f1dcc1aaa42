#pragma once

#include <string>

#include "sshd/commands/command_handler.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_platform.h"
#include "tests/support/memory_streams.h"

namespace minpaas::sshd::commands::test {

/// What a command has said.
struct Said {
  int status = -1;
  std::string out;
  std::string err;
};

/// A server with some history, and ada, an administrator, who types commands. `blog` was deployed
/// twice and has config and logs; `shop` was created and never pushed.
class Scene {
 public:
  Scene();

  Said run(std::string_view command, std::string input = "");

  minpaas::test::FakeClock clock;
  minpaas::test::FakePlatform platform{clock};
  Actor actor{.user_id = 1,
              .name = "ada",
              .role = Role::Admin,
              .key_fingerprint = "SHA256:ada",
              .from = "192.0.2.1"};
  bool has_terminal = false;
  std::stop_source gone;
  minpaas::test::MemoryWriter out;
  minpaas::test::MemoryWriter err;
};

}  // namespace minpaas::sshd::commands::test
