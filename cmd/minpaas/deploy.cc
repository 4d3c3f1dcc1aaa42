#include <algorithm>
#include <cstdlib>

#include "cmd/minpaas/app_info.h"
#include "cmd/minpaas/app_words.h"
#include "cmd/minpaas/child.h"
#include "cmd/minpaas/git.h"
#include "cmd/minpaas/own_verbs.h"
#include "cmd/minpaas/own_words.h"

namespace minpaas::client {
namespace {

/// What a server deploys unless it, or the app, is set otherwise.
constexpr const char* kUsualBranch = "main";

/// No word is an option that only the server's command has.
bool is_push(const CommandLine& line) {
  return std::none_of(line.words.begin(), line.words.end(), [](const std::string& word) {
    return word.starts_with('-') && word != "-" && !word.starts_with("--branch") &&
           !word.starts_with("--push-option") && !word.starts_with("-o");
  });
}

Result<std::string> choose_branch(const OwnCall& call, const OwnWords& words,
                                  const ServerAddress& server, const std::string& app) {
  if (const auto given = words.options.find("branch"); given != words.options.end()) {
    return given->second.back();
  }
  const auto info = app_info(call, server, app);
  if (!info && info.error().code != ErrorCode::NotFound) {
    return info.error();
  }
  // The first push makes the app.
  return info && !info->deploy_branch.empty() ? info->deploy_branch : kUsualBranch;
}

/// The remote where it leads there, so that git notes what was pushed.
Result<std::string> choose_target(const OwnCall& call, const ServerAddress& server,
                                  const std::string& app) {
  const auto remote = call.surroundings.remote();
  if (remote && *remote && (*remote)->server == server && (*remote)->app == app) {
    return call.surroundings.remote_name();
  }
  return server.git_url(app);
}

Result<int> push(const OwnCall& call) {
  const OwnWords words = TRY(read_own_words(call.line));
  if (!git::in_repository()) {
    return Error{ErrorCode::NotFound,
                 "deploy: there is nothing to deploy, this folder is in no git repository",
                 "go into one, or name a source: minpaas deploy --app APP --repo URL", ""};
  }
  const auto usual = TRY(call.surroundings.usual_app());
  const auto app = call.line.options.app ? call.line.options.app : usual;
  if (!app || !is_app_name(*app)) {
    return Error{ErrorCode::InvalidInput, "deploy: which app is meant?",
                 "minpaas deploy --app APP, or once for this folder: minpaas init APP", ""};
  }
  const ServerAddress server = TRY(call.surroundings.server());
  const std::string branch = TRY(choose_branch(call, words, server, *app));
  std::vector<std::string> program{"git", "push"};
  if (const auto given = words.options.find("push-option"); given != words.options.end()) {
    for (const std::string& option : given->second) {
      program.insert(program.end(), {"-o", option});
    }
  }
  program.push_back(TRY(choose_target(call, server, *app)));
  program.push_back("HEAD:refs/heads/" + branch);
  if (const std::string ssh = call.ssh.for_git(); !ssh.empty()) {
    ::setenv("GIT_SSH_COMMAND", ssh.c_str(), 1);
  }
  return become(program);
}

}  // namespace

Result<int> deploy(const OwnCall& call) {
  return is_push(call.line) ? push(call) : pass_on(call);
}

}  // namespace minpaas::client
