#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// The whole file. Errors: NotFound, PermissionDenied, InvalidInput (larger than `most_bytes`).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t most_bytes);
/// Replaces the file at once or not at all: temporary file with `mode`, fsync, rename, fsync of the
/// folder. Errors: PermissionDenied, NoSpace, Unavailable.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   mode_t mode);
/// Creates the file with `mode` and `content`, durable. Errors: AlreadyExists, and as above.
Result<void> create_file(const std::filesystem::path& path, std::string_view content, mode_t mode);
/// Makes names created or renamed in `folder` durable.
Result<void> sync_folder(const std::filesystem::path& folder);
/// Creates the folder and its parents; the last one has `mode`.
Result<void> make_folder(const std::filesystem::path& folder, mode_t mode);
/// Bytes that an unprivileged writer could still use on the file system of `path`.
Result<long long> free_bytes(const std::filesystem::path& path);

/// Error for a failed system call on `path`, from an errno value.
Error file_error(const std::filesystem::path& path, std::string_view action, int error_number);

}  // namespace minpaas
