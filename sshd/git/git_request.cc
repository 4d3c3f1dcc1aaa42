#include "sshd/git/git_request.h"

#include <array>
#include <optional>
#include <utility>

namespace minpaas::sshd::git {
namespace {

struct ServiceName {
  std::string_view name;
  GitService service;
};

constexpr std::array<ServiceName, 8> kServices = {{
    {"git-receive-pack", GitService::ReceivePack},
    {"git-upload-pack", GitService::UploadPack},
    {"git-upload-archive", GitService::UploadArchive},
    {"git-lfs-authenticate", GitService::Lfs},
    {"git-lfs-transfer", GitService::Lfs},
    {"git receive-pack", GitService::ReceivePack},
    {"git upload-pack", GitService::UploadPack},
    {"git upload-archive", GitService::UploadArchive},
}};

Error bad_request(std::string_view why) {
  return {ErrorCode::InvalidInput, std::string(why),
          "the remote's URL must be ssh://USER@HOST:PORT/APP", ""};
}

/// Cuts the service's name and the blank behind it off `command`.
std::optional<GitService> take_service(std::string_view& command) {
  for (const auto& [name, service] : kServices) {
    if (command.starts_with(name) &&
        (command.size() == name.size() || command[name.size()] == ' ')) {
      command.remove_prefix(name.size());
      if (!command.empty()) {
        command.remove_prefix(1);
      }
      return service;
    }
  }
  return std::nullopt;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// A word as git's sq_quote writes it: 'it'\''s'\!'' is it's!
Result<std::string> unquote(std::string_view text) {
  std::string word;
  bool inside = false;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '\'') {
      inside = !inside;
      text.remove_prefix(1);
    } else if (inside) {
      word += c;
      text.remove_prefix(1);
    } else if (text.starts_with("\\'") || text.starts_with("\\!")) {
      word += text[1];
      text.remove_prefix(2);
    } else {
      return bad_request("the repository's name has unknown quotes, or more follows it");
    }
  }
  if (inside) {
    return bad_request("the repository's name has no closing quote");
  }
  return word;
}

Result<std::string> parse_argument(std::string_view text) {
  for (const char c : text) {
    if (is_control(c)) {
      return bad_request("the repository's name has a control character in it");
    }
  }
  if (text.starts_with('\'')) {
    return unquote(text);
  }
  if (text.find_first_of(" '\"\\`$!;&|<>()*?") != std::string_view::npos) {
    return bad_request("the repository's name has a character that needs quotes");
  }
  return std::string(text);
}

/// What clients put around a name: `/blog` (ssh://host/blog), `~/blog`, `blog/`, `blog.git`.
std::string_view bare_name(std::string_view path) {
  if (path.starts_with("~/")) {
    path.remove_prefix(2);
  } else if (path.starts_with("/~/")) {
    path.remove_prefix(3);
  } else if (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  if (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  if (path.ends_with(".git")) {
    path.remove_suffix(4);
  }
  return path;
}

}  // namespace

bool is_git_request(std::string_view command) {
  return take_service(command).has_value();
}

Result<GitRequest> parse_git_request(std::string_view command) {
  const auto service = take_service(command);
  if (!service) {
    return bad_request("this is no git service");
  }
  if (*service == GitService::Lfs) {
    // `git-lfs-authenticate PATH OPERATION`; it is refused whatever it names.
    return GitRequest{*service, ""};
  }
  const auto argument = TRY(parse_argument(command));
  const auto name = bare_name(argument);
  if (name.empty() || name.starts_with('-')) {
    return bad_request("no repository is named");
  }
  return GitRequest{*service, std::string(name)};
}

}  // namespace minpaas::sshd::git
