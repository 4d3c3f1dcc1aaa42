#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/base/byte_stream.h"
#include "core/git/repository.h"

namespace minpaas {

/// Serves one conversation and returns the exit status. `protocol`: the value of GIT_PROTOCOL.
using GitService = std::function<int(git::Repository& repository, const std::string& protocol,
                                     ExecStreams& streams)>;

/// Opens the bare repository and has it served on stdin and stdout; what keeps it from being opened
/// is told to the client. Returns the exit status.
int serve_on_stdio(const std::filesystem::path& repository, const GitService& service);

}  // namespace minpaas
