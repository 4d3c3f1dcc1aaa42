#include "core/docker/engine_error.h"

#include <nlohmann/json.hpp>

#include "core/base/terminal_text.h"
#include "core/base/text.h"

namespace minpaas::docker {
namespace {

constexpr std::size_t kMostWordBytes = 600;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// One line: line ends and tabs become spaces, other control characters go.
std::string one_line(std::string_view text) {
  std::string spaced(trim(text).substr(0, kMostWordBytes));
  for (char& c : spaced) {
    if (c == '\n' || c == '\r' || c == '\t') {
      c = ' ';
    }
  }
  return sanitize_terminal(spaced);
}

/// What the words mean whatever the status is: 20.10 answers 500 to most of these.
Error classify(ErrorCode by_status, std::string words) {
  if (has(words, "no space left on device")) {
    return {ErrorCode::NoSpace, "the Docker Engine's disk is full",
            "free space on it; `docker system df` shows what Docker holds", std::move(words)};
  }
  if (has(words, "port is already allocated") || has(words, "address already in use")) {
    return {ErrorCode::Conflict, std::move(words), "another program listens on that port", ""};
  }
  // Podman answers 500 to a name that is taken.
  if (has(words, "is already in use by container") || has(words, "name is already in use")) {
    return {ErrorCode::AlreadyExists, std::move(words), "", ""};
  }
  return {by_status, std::move(words), "", ""};
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
      return ErrorCode::InvalidInput;
    case 403:
      return ErrorCode::PermissionDenied;
    case 404:
      return ErrorCode::NotFound;
    case 409:
      return ErrorCode::Conflict;
    case 503:
      return ErrorCode::Unavailable;
    default:
      return ErrorCode::Failed;
  }
}

}  // namespace

std::string engine_words(std::string_view body) {
  const auto parsed = nlohmann::json::parse(body, nullptr, false);
  if (parsed.is_object()) {
    const auto message = parsed.find("message");
    if (message != parsed.end() && message->is_string()) {
      return one_line(message->get_ref<const std::string&>());
    }
  }
  return one_line(body);
}

Error engine_error(int status, std::string_view body) {
  std::string words = engine_words(body);
  if (words.empty()) {
    words = "the Docker Engine answered with status " + std::to_string(status);
  }
  return classify(code_of(status), std::move(words));
}

Error stream_error(std::string_view words) {
  return classify(ErrorCode::Failed, one_line(words));
}

}  // namespace minpaas::docker
