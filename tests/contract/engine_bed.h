#pragma once

#include <memory>
#include <string>

#include "core/docker/engine.h"
#include "tests/support/fake_engine.h"

namespace minpaas::test {

/// Programs of containers, the same words for every engine: a real one runs them in a shell, the
/// fake is told what they do.
inline constexpr const char* kSleeps = "echo up; exec sleep 300";
inline constexpr const char* kEndsWithThree = "echo out one; echo out two; echo err >&2; exit 3";
inline constexpr const char* kIgnoresSigterm = "trap '' TERM; while :; do sleep 0.05; done";
inline constexpr const char* kCopies = "exec cat";
inline constexpr const char* kGreets = "echo $GREETING; echo err >&2; exit 4";
inline constexpr const char* kCatchesInt =
    "trap 'echo caught; exit 7' INT; echo up; while :; do sleep 0.05; done";
inline constexpr const char* kTellsItsSize = "while :; do stty size; sleep 0.05; done";
inline constexpr std::size_t kMuch = 20'000'000;
inline constexpr const char* kPrintsMuch = "exec head -c 20000000 /dev/zero";

/// Base image with a shell.
inline constexpr const char* kBase = "localhost/minpaas/static-base:latest";
/// On everything that a contract test makes; its value is of the test alone.
inline constexpr const char* kLabelTest = "minpaas.contract-test";

/// An engine for the contract suite. Its destructor removes all that carries the test's label.
class EngineBed {
 public:
  virtual ~EngineBed() = default;
  virtual docker::Engine& engine() = 0;
  /// Tells a fake how the next build goes; a real engine reads it from the context.
  virtual void expect_build(const FakeBuild& build) = 0;
  /// Unique per test.
  [[nodiscard]] virtual std::string tag() const = 0;
};

enum class BedKind { Fake, FakeOverSocket, RealEngine };

/// Null where no real engine answers.
std::unique_ptr<EngineBed> make_bed(BedKind kind);

}  // namespace minpaas::test
