#pragma once

#include <filesystem>

namespace minpaas {

/// `minpaasd upload-pack DIR`: one git-upload-pack conversation on stdin and stdout with the bare
/// repository DIR. Returns the exit status.
int run_upload_pack(const std::filesystem::path& repository);

}  // namespace minpaas
