#include "core/docker/build_stream.h"

#include <fmt/format.h>

#include "core/base/text_cut.h"
#include "core/docker/engine_error.h"
#include "core/docker/json.h"

namespace minpaas::docker {
namespace {

constexpr std::size_t kMostStepBytes = 120;
/// The vertex in which BuildKit looks for the image of a FROM.
constexpr std::string_view kBaseLookup = "[internal] load metadata for ";

/// The status of the program that a step ran, when the engine's words are about that:
/// `executor failed running [/bin/sh -c make]: exit code: 2` (20.10),
/// `process "/bin/sh -c make" did not complete successfully: exit code: 2` (23 and later),
/// `The command '/bin/sh -c make' returned a non-zero code: 2` (classic).
std::string_view exit_status_in(std::string_view words) {
  for (const std::string_view mark : {"exit code: ", "returned a non-zero code: "}) {
    const auto found = words.rfind(mark);
    if (found == std::string_view::npos) {
      continue;
    }
    const auto digits = words.substr(found + mark.size());
    if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) {
      return digits;
    }
  }
  return {};
}

/// Words that BuildKit puts before every failure and that say nothing.
std::string_view without_preamble(std::string_view words) {
  for (const std::string_view preamble :
       {"failed to solve with frontend dockerfile.v0: ", "failed to solve: ",
        "failed to create LLB definition: ", "rpc error: code = Unknown desc = "}) {
    if (words.starts_with(preamble)) {
      words.remove_prefix(preamble.size());
    }
  }
  return words;
}

}  // namespace

void BuildStream::take(std::string_view line) {
  auto result = read(line);
  if (!result && !corrupt_) {
    corrupt_ = result.error();
  }
}

Result<void> BuildStream::read(std::string_view line) {
  const auto json = TRY(parse_json(line));
  const Json& detail = member(json, "errorDetail");
  if (detail.is_object()) {
    error_words_ = text_of(detail, "message");
    return {};
  }
  // `aux` is a string here and an object there: the id tells which.
  const Json& aux = member(json, "aux");
  if (text_of(json, "id") == "moby.buildkit.trace") {
    if (aux.is_string()) {
      const auto bytes = TRY(decode_base64(aux.get_ref<const std::string&>()));
      trace_.take(TRY(decode_trace(bytes)));
    }
  } else if (aux.is_object()) {
    const std::string id = text_of(aux, "ID");
    image_ = id.empty() ? image_ : ImageId{id};
  } else {
    classic_.take(text_of(json, "stream"));
  }
  return {};
}

Error BuildStream::failure() const {
  const auto& failed = trace_.failure();
  const std::string words = error_words_ ? *error_words_ : failed->words;
  Error error = stream_error(without_preamble(words));
  if (error.code != ErrorCode::Failed) {
    return error;
  }
  error.cause = words;
  if (failed && failed->step.starts_with(kBaseLookup)) {
    error.message = fmt::format("cannot get the base image {}: {}",
                                failed->step.substr(kBaseLookup.size()), error.message);
    error.hint = "name an image that is on the server or that its registry has";
    return error;
  }
  const bool in_step = failed && is_dockerfile_step(failed->step);
  const std::string step = cut_text(in_step ? failed->step : classic_.current(), kMostStepBytes);
  if (step.empty()) {
    return error.with_context("build failed");
  }
  const auto status = exit_status_in(words);
  error.message = status.empty() ? fmt::format("build step {} failed: {}", step, error.message)
                                 : fmt::format("build step {} exited with status {}", step, status);
  return error;
}

Result<ImageId> BuildStream::finish() {
  trace_.finish();
  if (error_words_ || trace_.failure()) {
    classic_.fail();
    return failure();
  }
  if (image_.value.empty()) {
    classic_.fail();
    return corrupt_.value_or(Error{ErrorCode::Unavailable,
                                   "the Docker Engine ended the build without a result",
                                   "look whether it was stopped or restarted", ""});
  }
  classic_.finish();
  return image_;
}

}  // namespace minpaas::docker
