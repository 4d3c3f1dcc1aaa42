#pragma once

#include <string_view>

#include "core/base/result.h"

namespace minpaas::state {

/// Whether it is the name of a public key algorithm that may log in: ssh-ed25519, ssh-rsa,
/// ecdsa-sha2-nistp{256,384,521} and the security key variants of OpenSSH.
bool is_key_type(std::string_view name);

/// Checks the wire form of a public key (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709
/// section 4, PROTOCOL.u2f of OpenSSH): the type inside is `type`, the parts have their sizes,
/// nothing follows. Whether a point lies on its curve is left to the library that verifies
/// signatures. Errors: InvalidInput.
Result<void> check_key_blob(std::string_view type, std::string_view blob);

}  // namespace minpaas::state
