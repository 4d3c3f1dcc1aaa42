#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/app/app_name.h"
#include "core/base/clock.h"

/// How HAProxy is told to log requests, and what its lines say (HAProxy 2.6 configuration manual,
/// "Custom log format", "Session state at disconnection", "Non-printable characters"). Pure.
namespace minpaas::router {

/// Who is meant by the names that HAProxy knows.
struct RequestNames {
  /// Backend -> app.
  std::map<std::string, AppName, std::less<>> apps = {};
  /// Server -> `web.1`, where it is known.
  std::map<std::string, std::string, std::less<>> processes = {};
};

/// For the section `defaults`.
std::string render_request_log();
/// Of a frontend: what lines tell of headers.
std::string render_request_captures();
/// Of a backend, behind the rule that makes a request id.
std::string render_request_id_capture();

/// What a line of that log says, as HAProxy wrote it. Lives as long as the line and the names.
struct LoggedRequest {
  const AppName& app;
  /// Its end.
  SystemTime at;
  std::string_view server;
  /// This and the next two: -1 for what there was none of.
  long long status = -1;
  long long took_ms = -1;
  long long bytes = -1;
  std::string_view state;
  std::string_view client;
  std::string_view host;
  std::string_view id;
  std::string_view method;
  std::string_view path;
};

/// A line without its end. Nothing for requests that no app got, and for whatever else HAProxy
/// writes there.
std::optional<LoggedRequest> parse_request(std::string_view line, const RequestNames& names);
/// For people: printable ASCII, whatever the bytes are, and without a query.
std::string request_text(const LoggedRequest& request, const RequestNames& names);

}  // namespace minpaas::router
