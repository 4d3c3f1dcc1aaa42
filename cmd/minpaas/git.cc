#include "cmd/minpaas/git.h"

#include "cmd/minpaas/child.h"

namespace minpaas::client::git {
namespace {

/// The line that git prints; nothing when it fails.
std::optional<std::string> line_of(const std::vector<std::string>& words) {
  std::vector<std::string> program{"git"};
  program.insert(program.end(), words.begin(), words.end());
  const auto answer = ask(program);
  if (!answer || answer->status != 0) {
    return std::nullopt;
  }
  return answer->out.substr(0, answer->out.find('\n'));
}

Result<void> run(const std::vector<std::string>& program) {
  const Answer answer = TRY(ask(program));
  if (answer.status != 0) {
    return Error{ErrorCode::Failed, "git says: " + answer.err.substr(0, answer.err.find('\n')), "",
                 ""};
  }
  return {};
}

}  // namespace

bool in_repository() {
  return line_of({"rev-parse", "--git-dir"}).has_value();
}

std::optional<std::string> top_folder() {
  return line_of({"rev-parse", "--show-toplevel"});
}

std::optional<std::string> remote_url(const std::string& name) {
  return line_of({"remote", "get-url", name});
}

std::optional<std::string> setting(const std::string& name) {
  return line_of({"config", "--get", name});
}

bool is_remote_name(const std::string& name) {
  return !name.empty() && name.front() != '-' &&
         line_of({"check-ref-format", "refs/remotes/" + name + "/main"}).has_value();
}

Result<void> add_remote(const std::string& name, const std::string& url) {
  return run({"git", "remote", "add", name, url});
}

Result<void> change_remote(const std::string& name, const std::string& url) {
  return run({"git", "remote", "set-url", name, url});
}

}  // namespace minpaas::client::git
