#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/router/haproxy_cli.h"

/// The map files of HAProxy (configuration manual, "map"): lines `KEY VALUE`, which a running
/// worker has in its memory and lets be changed.
namespace minpaas::router {

using HaproxyMap = std::map<std::string, std::string>;

/// Frontend rules that set `variable` to what the map has for the host name in txn.host: for the
/// name itself, else for `*.` in place of its first label. Unset when it has neither.
std::string render_host_lookup(std::string_view variable, const std::filesystem::path& file);

/// The lines of a map file, or of an answer to `show map`, which has a column before the two.
HaproxyMap parse_map_file(std::string_view text);
HaproxyMap parse_shown_map(std::string_view answer);

/// Makes the map of a worker say what is wanted, line by line: what is the same stays untouched.
/// Errors: Failed (it does not know the map), those of the cli.
Result<void> apply_map(const HaproxyCli& cli, int worker, const std::filesystem::path& file,
                       const HaproxyMap& wanted);

}  // namespace minpaas::router
