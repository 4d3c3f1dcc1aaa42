#pragma once

#include <filesystem>

namespace minpaas {

/// `minpaasd receive-pack DIR`: one git-receive-pack conversation on stdin and stdout with the bare
/// repository DIR, which deploys nothing. Returns the exit status.
int run_receive_pack(const std::filesystem::path& repository);

}  // namespace minpaas
