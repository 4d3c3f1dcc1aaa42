#pragma once

#include <string>
#include <string_view>

#include "core/docker/engine.h"

/// Programs that are started beside a container's own, as the engine writes them.
namespace minpaas::docker {

struct ExecDetails {
  bool runs = false;
  /// Of one that has ended.
  int exit_code = 0;
  /// On the engine's host, of one that runs.
  int pid = 0;
};

/// Body of POST /containers/{id}/exec.
std::string exec_create_body(const ExecSpec& spec);
/// Body of POST /exec/{id}/start.
std::string exec_start_body(const ExecSpec& spec);
/// Answer of POST /containers/{id}/exec. Errors: Corrupt.
Result<ExecId> parse_exec_created(std::string_view body);
/// Answer of GET /exec/{id}/json. Errors: Corrupt.
Result<ExecDetails> parse_exec(std::string_view body);

}  // namespace minpaas::docker
