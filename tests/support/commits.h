#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/app/oid.h"

namespace minpaas::test {

/// Path -> content; a content of kSubmodule makes a submodule entry.
using CommitFiles = std::map<std::string, std::string>;

inline constexpr const char* kSubmodule = "submodule\x01";

/// Writes a commit with these files into the bare repository; no ref is moved. A zero `parent` is
/// none. Throws std::runtime_error.
Oid make_commit(const std::filesystem::path& repository, const CommitFiles& files,
                const std::string& message, const Oid& parent = Oid());

/// The commit that the ref points to, zero when there is none.
Oid read_ref(const std::filesystem::path& repository, const std::string& name);

}  // namespace minpaas::test
