#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"

/// What the `git` of this machine says about the folder that this process is in. Where there is no
/// git, there is no repository.
namespace minpaas::client::git {

bool in_repository();
/// The folder at the top of the working copy; nothing in a bare repository.
std::optional<std::string> top_folder();
/// The URL of a remote, with `url.*.insteadOf` obeyed. Nothing when there is no such remote.
std::optional<std::string> remote_url(const std::string& name);
/// The value of one setting, from all of git's files.
std::optional<std::string> setting(const std::string& name);
/// Whether git takes it for the name of a remote; one that begins with `-` never is.
bool is_remote_name(const std::string& name);
/// Adds the remote, or changes its URL when it is there. Errors: Failed, with what git says.
Result<void> add_remote(const std::string& name, const std::string& url);
Result<void> change_remote(const std::string& name, const std::string& url);

}  // namespace minpaas::client::git
