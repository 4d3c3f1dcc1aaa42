#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/app/secret_mask.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

/// Speaks Heroku's grammar: `-----> ` a stage, 7 spaces a detail, ` !     ` a warning or an error,
/// `=====> ` the final word. Texts of several lines become several lines. Config values that are
/// hidden are masked in all of it. Thread: one at a time.
class DeployOutput {
 public:
  DeployOutput(LineSink sink, const Clock& clock) : sink_(std::move(sink)), clock_(clock) {}

  /// From now on these values are masked.
  void hide(const ConfigVars& vars) { mask_.hide(vars); }

  [[nodiscard]] std::string masked(std::string_view text) const { return mask_.apply(text); }

  /// Begins a stage and its time.
  void stage(std::string_view text);
  void detail(std::string_view text);
  /// A detail with the time that the stage took: `       Image built (12.3 s)`.
  void done(std::string_view text);
  void warn(std::string_view text);
  /// Message and hint.
  void error(const Error& error);
  void final_word(std::string_view text);

  /// For parts that speak the grammar themselves (checks).
  [[nodiscard]] LineSink lines() const {
    return [this](std::string_view line) { return sink_(mask_.apply(line)); };
  }

 private:
  void put(std::string_view mark, std::string_view text);

  LineSink sink_;
  const Clock& clock_;
  SecretMask mask_;
  SteadyTime stage_began_;
};

/// The first line of `text`, cut at a word to at most `most` characters: what fits in `ng`.
std::string in_a_few_words(std::string_view text, std::size_t most);

}  // namespace minpaas::hooks
