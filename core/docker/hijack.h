#pragma once

#include <string>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/result.h"

/// Connections that the engine gives away: after the answer to `Upgrade: tcp` the bytes on them
/// are those of a program, in both directions, and each can be ended alone. libcurl cannot do that.
namespace minpaas::docker {

struct HijackRequest {
  /// Path and query, with the version.
  std::string target;
  /// Body of the POST, JSON or nothing.
  std::string json = {};
  /// What the connection becomes.
  std::string protocol = "tcp";
  /// Beside those that are always sent, each with its line end.
  std::string headers = {};
  milliseconds deadline{0};
};

struct Hijacked {
  int status = 0;
  /// Of a refusal (a status of 400 and above): its body.
  std::string body;
  /// Otherwise the connection, non-blocking, and what has come on it already.
  Fd socket;
  std::string first;
};

/// Errors: as HttpClient::send.
Result<Hijacked> hijack(const std::string& socket_path, const HijackRequest& request);

}  // namespace minpaas::docker
