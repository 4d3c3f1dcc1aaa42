#pragma once

#include <map>
#include <string>

#include "core/app/config_var.h"

namespace minpaas::router {

/// What TLS clients are shown, each as PEM text: a certificate, its chain and its key, without an
/// empty line.
struct HostCertificates {
  /// For the names that have none of their own.
  Secret fallback;
  /// By host name in lower case; `*.example.com` stands for one label more.
  std::map<std::string, Secret> by_host;

  bool operator==(const HostCertificates&) const = default;
};

}  // namespace minpaas::router
