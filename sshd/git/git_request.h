#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas::sshd::git {

/// What a git client asks for over SSH.
enum class GitService { ReceivePack, UploadPack, UploadArchive, Lfs };

struct GitRequest {
  GitService service = GitService::ReceivePack;
  /// The repository as the user wrote it, without the slashes, `~/` and `.git` that clients add;
  /// not yet a valid name.
  std::string repository;
};

/// Whether the exec request is one for this folder: its first word is a git service, in whatever
/// form its rest may be. Pure.
bool is_git_request(std::string_view command);

/// Parses the command of an exec request by the exact grammar that clients use:
///   service SP argument, service = git-receive-pack | git receive-pack | ...,
///   argument = '...' with '\'' and '\!' for those characters, or one bare word.
/// Nothing may follow, no options, no other quoting: the text comes from a stranger and never gets
/// near a shell or a path. Errors: InvalidInput.
Result<GitRequest> parse_git_request(std::string_view command);

}  // namespace minpaas::sshd::git
