#pragma once

#include <string>

#include "core/base/result.h"

namespace minpaas::hooks {

/// Whether a listener could bind the port on `address` (IPv4 or IPv6) now. Thread: any.
bool port_is_free(const std::string& address, int port);

/// A port of 127.0.0.1 on which nobody listens now. Errors: Unavailable.
Result<int> free_loopback_port();

}  // namespace minpaas::hooks
