#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/router/haproxy_config.h"

/// Which ports a HAProxy has, and which it cannot have.
namespace minpaas::router {

/// Why nothing of this server can listen there, as what is said of a port (`is taken by another
/// program`); empty: it can.
std::string trouble_with(const ListenOn& listen);
/// Ports of the `bind` lines of a configuration file.
std::set<int> bound_ports_in(std::string_view config);
/// A process that ends is no process any more before its sockets are closed: waits for that.
void await_free(const std::string& address, const std::set<int>& ports, milliseconds patience);

}  // namespace minpaas::router
