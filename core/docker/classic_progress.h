#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/docker/engine.h"
#include "core/docker/output_lines.h"

namespace minpaas::docker {

/// Turns the text of the classic builder (`Step 2/5 : COPY . .`, ` ---> Using cache`) into the same
/// steps as BuildKit's; times are those between arrivals. Other builders' text (Podman) passes as
/// output. Thread: one.
class ClassicProgress {
 public:
  using Now = std::function<SteadyTime()>;

  ClassicProgress(BuildObserver& observer, Now now) : observer_(observer), now_(std::move(now)) {}

  /// A `stream` text of the engine: pieces of lines.
  void take(std::string_view text);
  /// The build has succeeded: the last step is done.
  void finish();
  /// The build has failed in the step that runs: it is shown, but not done.
  void fail();

  /// `[4/5] RUN make`, the step that runs; empty before the first.
  [[nodiscard]] const std::string& current() const { return name_; }

 private:
  void line(std::string_view text);
  void output(std::string_view text);
  void flush();
  void begin(std::string_view number, std::string_view instruction);
  void show(bool cached);
  void end();

  BuildObserver& observer_;
  Now now_;
  OutputLines lines_;
  OutputLines error_lines_;
  std::string name_;
  bool shown_ = false;
  bool hidden_ = false;
  bool cached_ = false;
  SteadyTime began_{};
};

}  // namespace minpaas::docker
