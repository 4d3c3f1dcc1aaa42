#include "http/problem.h"

#include <array>
#include <nlohmann/json.hpp>

namespace minpaas::http {

std::string_view status_words(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 23> kWords{{
      {200, "OK"},
      {201, "Created"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {411, "Length Required"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {507, "Insufficient Storage"},
      {499, "Client Closed Request"},
  }};
  for (const auto& [known, words] : kWords) {
    if (known == status) {
      return words;
    }
  }
  return "Error";
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
      return 422;
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::PermissionDenied:
      return 403;
    case ErrorCode::AlreadyExists:
    case ErrorCode::Conflict:
    case ErrorCode::Busy:
    case ErrorCode::Cancelled:
      return 409;
    case ErrorCode::Unavailable:
    case ErrorCode::Disconnected:
      return 503;
    case ErrorCode::NoSpace:
      return 507;
    case ErrorCode::Timeout:
      return 504;
    case ErrorCode::Corrupt:
    case ErrorCode::Failed:
    case ErrorCode::Internal:
      return 500;
  }
  return 500;
}

Problem problem_from(const Error& error, std::int64_t deploy) {
  const bool failed_deploy = deploy != 0 && error.code == ErrorCode::Failed;
  return {.status = failed_deploy ? 422 : status_of(error.code),
          .code = std::string(to_string(error.code)),
          .detail = error.message,
          .hint = error.hint,
          .deploy = deploy};
}

std::string to_json(const Problem& problem) {
  using Json = nlohmann::ordered_json;
  Json json = {{"type", "about:blank"},
               {"title", status_words(problem.status)},
               {"status", problem.status},
               {"detail", problem.detail},
               {"code", problem.code}};
  if (!problem.hint.empty()) {
    json["hint"] = problem.hint;
  }
  if (!problem.field.empty()) {
    json["field"] = problem.field;
  }
  if (problem.deploy != 0) {
    json["deploy"] = problem.deploy;
  }
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Reply reply_from(const Problem& problem) {
  return {problem.status, "application/problem+json", to_json(problem) + "\n", problem.headers,
          problem.deploy};
}

}  // namespace minpaas::http
