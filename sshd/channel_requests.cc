#include "sshd/channel_requests.h"

#include <algorithm>
#include <utility>

namespace minpaas::sshd {
namespace {

constexpr std::size_t kMostEnvBytes = 256;
constexpr int kMostColumns = 1000;
constexpr int kMostRows = 1000;

bool is_git_version(std::string_view value) {
  return value == "version=0" || value == "version=1" || value == "version=2";
}

/// `xterm-256color`, `screen.xterm`: it becomes an environment value.
bool is_terminal_type(std::string_view value) {
  return value.size() <= 64 && std::all_of(value.begin(), value.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '_' || letter == '.' ||
                  letter == '-' || letter == '+';
         });
}

/// `C.UTF-8`, `de_DE.UTF-8`, `ca_ES@valencia`.
bool is_locale(std::string_view value) {
  return value.size() <= 64 && std::all_of(value.begin(), value.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '_' || letter == '.' ||
                  letter == '-' || letter == '@';
         });
}

}  // namespace

bool ChannelRequests::env(std::string_view name, std::string_view value) {
  if (state_ != State::Collecting || ++env_requests_ > kMostEnvRequests ||
      value.size() > kMostEnvBytes) {
    return false;
  }
  if ((name == "GIT_PROTOCOL" && is_git_version(value)) || (name == "LANG" && is_locale(value))) {
    request_.env[std::string(name)] = value;
    return true;
  }
  return false;
}

bool ChannelRequests::terminal(std::string_view type, WindowSize size) {
  if (state_ != State::Collecting) {
    return false;
  }
  request_.has_terminal = true;
  request_.window = plausible(size);
  request_.terminal_type = is_terminal_type(type) ? type : "";
  return true;
}

void ChannelRequests::resize(WindowSize size) {
  if (state_ == State::Collecting) {
    request_.window = plausible(size);
  }
}

WindowSize ChannelRequests::plausible(WindowSize size) {
  const WindowSize usual;
  return {.columns = size.columns > 0 ? std::min(size.columns, kMostColumns) : usual.columns,
          .rows = size.rows > 0 ? std::min(size.rows, kMostRows) : usual.rows};
}

bool ChannelRequests::exec(std::string_view command) {
  if (state_ != State::Collecting) {
    return false;
  }
  state_ = State::Complete;
  request_.command = command.substr(0, kMostCommandBytes + 1);
  git_ = command.starts_with("git-") || command.starts_with("git ");
  upload_ = git_ && command.substr(4).starts_with("receive-pack");
  return true;
}

std::optional<ExecRequest> ChannelRequests::take() {
  if (state_ != State::Complete) {
    return std::nullopt;
  }
  state_ = State::Taken;
  return std::move(request_);
}

}  // namespace minpaas::sshd
