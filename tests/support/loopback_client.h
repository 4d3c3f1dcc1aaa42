#pragma once

#include <string>

namespace minpaas::test {

/// A port of 127.0.0.1 on which nobody listens now. The kernel gives it to no connection meanwhile:
/// it is below those (net.ipv4.ip_local_port_range), and by chance, so that tests beside each other
/// have different ones.
int free_port();

/// Everything that is answered to one GET by HTTP/1.1; empty when nobody answers.
std::string http_get(int port, const std::string& host = "any", const std::string& path = "/");

}  // namespace minpaas::test
