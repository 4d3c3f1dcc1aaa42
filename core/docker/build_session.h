#pragma once

#include <memory>
#include <string>
#include <thread>

#include "core/docker/api.h"
#include "core/docker/engine.h"

namespace minpaas::docker {

/// What BuildKit asks its client for while a build runs: the secrets of `RUN --mount=type=secret`.
/// They go from here to a file system in memory of that one step; no layer, history, argument or
/// cache has them. Source: Engine API, POST /session; BuildKit, session/secrets/secrets.proto.
class BuildSession {
 public:
  /// Opens it on a thread of its own. Errors: as Api::hijack.
  static Result<std::unique_ptr<BuildSession>> open(Api& api, BuildSecrets secrets);
  ~BuildSession();
  BuildSession(const BuildSession&) = delete;
  BuildSession& operator=(const BuildSession&) = delete;

  /// For the build's query.
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  BuildSession(std::string id, BuildSecrets secrets)
      : id_(std::move(id)), secrets_(std::move(secrets)) {}

  std::string id_;
  BuildSecrets secrets_;
  /// Last: it uses the others.
  std::jthread server_;
};

}  // namespace minpaas::docker
