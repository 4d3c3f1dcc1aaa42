#pragma once

#include <filesystem>

namespace minpaas {

struct ServeOptions {
  /// Empty: defaults and environment only.
  std::filesystem::path config_file;
};

/// `minpaasd --check-config`: prints the effective settings. Exit status 0, or 2 with one line.
int check_config(const ServeOptions& options);

/// `minpaasd claim-code --config FILE`: prints a fresh code by which the first administrator's key
/// comes in. Exit status 0, or that of the error with one line.
int print_claim_code(const ServeOptions& options);

/// `minpaasd --config FILE`: serves until SIGTERM or SIGINT. SIGHUP reads the settings again: the
/// log level changes at once, what else is new is named in the log and waits for a restart.
/// Returns the exit status: 0 after a clean stop.
int serve(const ServeOptions& options);

}  // namespace minpaas
