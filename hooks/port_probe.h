#pragma once

#include <string>

namespace minpaas::hooks {

/// Whether a listener could bind the port on `address` (IPv4 or IPv6) now. Thread: any.
bool port_is_free(const std::string& address, int port);

}  // namespace minpaas::hooks
