#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace minpaas::http {

/// An answer as it leaves: what the connection writes.
struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// The deploy whose failure it tells of; 0: none.
  std::int64_t deploy = 0;
};

/// What went wrong, as RFC 9457 problem JSON says it: `detail` for people, `code` for programs.
struct Problem {
  int status = 500;
  std::string code;
  std::string detail;
  std::string hint = {};
  /// The field of the request that it is about; empty: none.
  std::string field = {};
  /// The deploy that failed; 0: none.
  std::int64_t deploy = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// The words of RFC 9110 for a status.
std::string_view status_words(int status);

/// The status that fits an error: the request is wrong (4xx), or the server has failed (5xx).
int status_of(ErrorCode code);

/// A failed deploy is no fault of the server: 422.
Problem problem_from(const Error& error, std::int64_t deploy = 0);

/// On one line.
std::string to_json(const Problem& problem);

Reply reply_from(const Problem& problem);

}  // namespace minpaas::http
