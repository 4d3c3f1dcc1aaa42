#pragma once

#include <string>
#include <vector>

#include "sshd/git/push_target.h"

namespace minpaas::test {

/// A target whose answers are set by the test.
class ScriptedTarget : public sshd::git::PushTarget {
 public:
  std::vector<sshd::git::Refusal> admit(const sshd::git::Push& push,
                                        sshd::git::PushProgress& progress) override {
    admitted = push;
    for (const auto& line : lines) {
      progress.line(line);
    }
    return answers.empty() ? std::vector<sshd::git::Refusal>(push.commands.size()) : answers;
  }

  std::vector<sshd::git::Refusal> apply(const sshd::git::Push& push,
                                        sshd::git::PushProgress& progress) override {
    applied = push;
    progress.line("-----> deploying");
    progress.keep_alive();
    return std::vector<sshd::git::Refusal>(push.commands.size(), result);
  }

  std::vector<sshd::git::Refusal> answers;
  sshd::git::Refusal result;
  std::vector<std::string> lines;
  sshd::git::Push admitted;
  sshd::git::Push applied;
};

}  // namespace minpaas::test
