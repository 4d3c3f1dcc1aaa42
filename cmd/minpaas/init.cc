#include <cstdio>

#include "cmd/minpaas/app_words.h"
#include "cmd/minpaas/git.h"
#include "cmd/minpaas/own_verbs.h"
#include "cmd/minpaas/own_words.h"

namespace minpaas::client {
namespace {

/// The name that was given, else one like that of the folder.
Result<std::string> choose_app(const OwnCall& call, const OwnWords& words) {
  const auto given = words.operands.empty() ? call.line.options.app
                                            : std::optional<std::string>(words.operands.front());
  if (given && !is_app_name(*given)) {
    return Error{ErrorCode::InvalidInput, "this is no valid app name",
                 "use 1 to 30 of a-z, 0-9 and -, beginning with a letter and not ending with -",
                 ""};
  }
  if (given) {
    return *given;
  }
  const std::string folder = git::top_folder().value_or("");
  const std::string name = app_name_like(folder.substr(folder.rfind('/') + 1));
  if (name.empty()) {
    return Error{ErrorCode::InvalidInput, "the name of this folder makes no app name",
                 "say one: minpaas init APP", ""};
  }
  return name;
}

}  // namespace

Result<int> init(const OwnCall& call) {
  const OwnWords words = TRY(read_own_words(call.line));
  const std::string name = call.surroundings.remote_name();
  if (call.line.options.remote && !git::is_remote_name(name)) {
    return Error{ErrorCode::InvalidInput, "--remote is no name for a git remote", "", ""};
  }
  if (!git::in_repository()) {
    return Error{ErrorCode::NotFound, "this folder is in no git repository", "make one: git init",
                 ""};
  }
  const std::string app = TRY(choose_app(call, words));
  const ServerAddress server = TRY(call.surroundings.server_for_remote());
  const std::string url = server.git_url(app);
  const auto existing = git::remote_url(name);
  if (existing) {
    const auto remote = parse_git_remote(*existing);
    if (remote && remote->server == server && remote->app == app) {
      std::fprintf(stderr, "The git remote %s leads to %s already\n", name.c_str(), url.c_str());
      return 0;
    }
    if (!words.has("force")) {
      return Error{ErrorCode::Conflict, "there is a git remote " + name + " already: " + *existing,
                   "minpaas init --force changes it, --remote NAME adds another one", ""};
    }
    TRY(git::change_remote(name, url));
  } else {
    TRY(git::add_remote(name, url));
  }
  std::fprintf(stderr, "The git remote %s leads to %s. To deploy:\n  minpaas deploy%s\n",
               name.c_str(), url.c_str(), name == "minpaas" ? "" : (" --remote " + name).c_str());
  return 0;
}

}  // namespace minpaas::client
