#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sshd/exec.h"

namespace minpaas::sshd {

/// The requests of one channel up to its exec or shell (RFC 4254 6.2 to 6.5), with what is allowed
/// of them. Nothing of libssh, so it is tested alone. Thread: one.
class ChannelRequests {
 public:
  /// True when the value is kept: GIT_PROTOCOL `version=0` to `2`, or a plain LANG, before exec.
  bool env(std::string_view name, std::string_view value);
  /// Remembers that there is a terminal. False after exec.
  bool terminal(std::string_view type, WindowSize size);
  /// A new size before exec.
  void resize(WindowSize size);
  /// What a terminal can be: what is zero or absurd is as usual.
  static WindowSize plausible(WindowSize size);
  /// False when the channel has an exec or shell already. A command that is too long is kept up to
  /// one byte more than allowed, so that it can be refused with a reason.
  bool exec(std::string_view command);

  bool shell() { return exec(""); }

  /// The complete request, once; its actor is empty.
  std::optional<ExecRequest> take();

  [[nodiscard]] bool has_terminal() const { return request_.has_terminal; }

  /// A git service, which may finish when the server stops.
  [[nodiscard]] bool is_git() const { return git_; }

  /// Much input will come at once.
  [[nodiscard]] bool expects_upload() const { return upload_; }

  static constexpr std::size_t kMostCommandBytes = 4096;
  static constexpr int kMostEnvRequests = 16;

 private:
  enum class State { Collecting, Complete, Taken };

  State state_ = State::Collecting;
  ExecRequest request_;
  int env_requests_ = 0;
  bool git_ = false;
  bool upload_ = false;
};

}  // namespace minpaas::sshd
