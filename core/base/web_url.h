#pragma once

#include <string>
#include <string_view>

namespace minpaas {

/// http or https, with a host, without a user, of printable ASCII (RFC 9110, section 4.2).
bool is_web_url(std::string_view text);

/// Its host with the port, where it has one: what follows may be a secret. Empty for what is none.
std::string host_of_url(std::string_view url);

}  // namespace minpaas
