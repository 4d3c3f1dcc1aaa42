#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/router/haproxy_cli.h"
#include "core/router/host_certificates.h"

namespace minpaas::router {

/// The certificates in the folder of a HAProxy, which it reads when it starts, and those that it
/// has in its memory. Thread: one at a time.
class HaproxyCertificates {
 public:
  explicit HaproxyCertificates(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Whether there is one for every name: without it nothing can be served.
  [[nodiscard]] bool is_ready() const;
  /// What the files say; what is not there is empty. Errors: those of files.
  [[nodiscard]] Result<HostCertificates> read() const;
  /// What HAProxy has at its next start. Errors: those of files.
  Result<void> write(const HostCertificates& certificates) const;
  /// Gives a running worker the certificates that it does not have yet: those that differ from
  /// `before`, and those that it says it lacks. Connections do not notice. Errors: Failed (it
  /// refused, or the text is longer than it takes), Unavailable.
  Result<void> apply(const HaproxyCli& cli, int worker, const HostCertificates& before,
                     const HostCertificates& wanted) const;

 private:
  Result<void> put(const HaproxyCli& cli, int worker, const std::string& file,
                   const Secret& pem) const;
  Result<void> list(const HaproxyCli& cli, int worker, const std::string& host) const;
  Result<void> forget(const HaproxyCli& cli, int worker, const std::string& host) const;
  [[nodiscard]] std::string path(std::string_view name) const;

  std::filesystem::path folder_;
};

}  // namespace minpaas::router
