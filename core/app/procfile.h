#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/app/formation.h"
#include "core/base/result.h"

namespace minpaas {

/// Process type to shell command, as declared by a Procfile.
using ProcessCommands = std::map<ProcessType, std::string>;

constexpr std::size_t kMostProcfileBytes = 64 * 1024;

/// Heroku's format: `type: command` a line; blank lines and `#` comments are skipped; a duplicate
/// type, `run` (the type of one-off containers) or another line is an error that names the line
/// number. Errors: InvalidInput.
Result<ProcessCommands> parse_procfile(std::string_view text);

}  // namespace minpaas
