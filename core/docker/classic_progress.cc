#include "core/docker/classic_progress.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace minpaas::docker {
namespace {

constexpr std::string_view kStep = "Step ";
constexpr std::string_view kArrow = " ---> ";
/// The builder colours what comes from standard error.
constexpr std::string_view kRed = "\x1b[91m";
constexpr std::string_view kPlain = "\x1b[0m";

/// What the builder says about itself and not the program of the step.
bool is_bookkeeping(std::string_view text) {
  return text.starts_with("Removing intermediate container ") ||
         text.starts_with("Successfully built ") || text.starts_with("Successfully tagged ");
}

}  // namespace

void ClassicProgress::take(std::string_view text) {
  if (!text.starts_with(kRed)) {
    lines_.feed(text, [this](std::string_view whole) { line(whole); });
    return;
  }
  text.remove_prefix(kRed.size());
  if (text.ends_with(kPlain)) {
    text.remove_suffix(kPlain.size());
  }
  error_lines_.feed(text, [this](std::string_view whole) { output(whole); });
}

void ClassicProgress::line(std::string_view text) {
  const auto colon = text.find(" : ");
  if (text.starts_with(kStep) && colon != std::string_view::npos &&
      text.substr(0, colon).find('/') != std::string_view::npos) {
    begin(text.substr(kStep.size(), colon - kStep.size()), text.substr(colon + 3));
    return;
  }
  if (text.starts_with(kArrow)) {
    show(text.substr(kArrow.size()) == "Using cache");
    return;
  }
  // A step's header is followed by an empty line of its own.
  if (!is_bookkeeping(text) && (shown_ || !text.empty())) {
    output(text);
  }
}

void ClassicProgress::output(std::string_view text) {
  show(false);
  if (!hidden_) {
    observer_.output(text);
  }
}

void ClassicProgress::begin(std::string_view number, std::string_view instruction) {
  end();
  name_ = fmt::format("[{}] {}", number, instruction);
  shown_ = false;
  // The engine turns the labels of the request into a last instruction that nobody wrote.
  hidden_ = instruction.starts_with("LABEL minpaas.");
  cached_ = false;
  began_ = now_();
}

void ClassicProgress::show(bool cached) {
  if (shown_ || name_.empty()) {
    return;
  }
  shown_ = true;
  cached_ = cached;
  if (!hidden_) {
    observer_.step(name_, cached);
  }
}

void ClassicProgress::end() {
  if (name_.empty()) {
    return;
  }
  show(false);
  if (!cached_ && !hidden_) {
    observer_.step_done(name_, std::chrono::duration_cast<milliseconds>(now_() - began_));
  }
  name_.clear();
}

void ClassicProgress::flush() {
  lines_.finish([this](std::string_view whole) { line(whole); });
  error_lines_.finish([this](std::string_view whole) { output(whole); });
}

void ClassicProgress::finish() {
  flush();
  end();
}

void ClassicProgress::fail() {
  flush();
  show(false);
}

}  // namespace minpaas::docker
