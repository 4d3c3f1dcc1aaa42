#include "sshd/channel.h"

#include <libssh/server.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/log.h"
#include "sshd/packet_size_guard.h"

namespace minpaas::sshd {
namespace {

constexpr std::size_t kMostWrite = std::size_t{256} * 1024;
/// Output of one turn, so that the channels of a connection share it.
constexpr std::size_t kMostPerTurn = 2 * kQueueBytes;
constexpr char kCtrlC = '\x03';
constexpr char kCtrlD = '\x04';

}  // namespace

/// The channel that a callback is for, which has news now.
Channel& Channel::notified(void* user) {
  auto& channel = *static_cast<Channel*>(user);
  channel.news_ = true;
  return channel;
}

Channel::Channel(ssh_session session, WindowBudget& budget)
    : session_(session), handle_(ssh_channel_new(session)), window_(budget) {
  if (handle_ != nullptr) {
    install_callbacks();
  } else {
    state_ = State::Done;
  }
}

Channel::~Channel() {
  if (handle_ != nullptr) {
    ssh_remove_channel_callbacks(handle_, &callbacks_);
  }
  if (bridge_) {
    bridge_->cut({ErrorCode::Disconnected, "the peer is gone", "", ""});
  }
}

void Channel::install_callbacks() {
  callbacks_.userdata = this;
  callbacks_.channel_data_function = [](ssh_session, ssh_channel, void* data, std::uint32_t length,
                                        int is_stderr, void* user) noexcept {
    if (is_stderr != 0) {
      return static_cast<int>(length);  // nothing reads a second input stream
    }
    return static_cast<int>(
        notified(user).take_input({static_cast<const std::byte*>(data), length}));
  };
  callbacks_.channel_eof_function = [](ssh_session, ssh_channel, void* user) noexcept {
    notified(user).peer_eof_ = true;
  };
  callbacks_.channel_close_function = [](ssh_session, ssh_channel, void* user) noexcept {
    notified(user).peer_closed_ = true;
  };
  callbacks_.channel_pty_request_function = [](ssh_session, ssh_channel, const char* type,
                                               int columns, int rows, int, int,
                                               void* user) noexcept {
    const WindowSize size{.columns = columns, .rows = rows};
    return notified(user).requests_.terminal(type == nullptr ? "" : type, size) ? 0 : -1;
  };
  callbacks_.channel_pty_window_change_function = [](ssh_session, ssh_channel, int columns,
                                                     int rows, int, int, void* user) noexcept {
    notified(user).resize({.columns = columns, .rows = rows});
    return 0;
  };
  callbacks_.channel_signal_function = [](ssh_session, ssh_channel, const char* name,
                                          void* user) noexcept {
    notified(user).signal(name == nullptr ? "" : name);
  };
  callbacks_.channel_shell_request_function = [](ssh_session, ssh_channel, void* user) noexcept {
    return notified(user).requests_.shell() ? 0 : 1;
  };
  callbacks_.channel_exec_request_function = [](ssh_session, ssh_channel, const char* command,
                                                void* user) noexcept {
    return notified(user).requests_.exec(command) ? 0 : 1;
  };
  callbacks_.channel_env_request_function = [](ssh_session, ssh_channel, const char* name,
                                               const char* value, void* user) noexcept {
    return notified(user).requests_.env(name, value) ? 0 : 1;
  };
  ssh_callbacks_init(&callbacks_);
  ssh_set_channel_callbacks(handle_, &callbacks_);
}

void Channel::resize(WindowSize size) {
  if (!bridge_) {
    requests_.resize(size);
  } else if (requests_.has_terminal()) {
    bridge_->post(ChannelRequests::plausible(size));
  }
}

/// RFC 4254 6.9. One that is not known, or comes before the request, is dropped.
void Channel::signal(std::string_view name) {
  const auto signal = parse_signal(name);
  if (bridge_ && signal) {
    bridge_->post(*signal);
  }
}

void Channel::attach(std::shared_ptr<ExecBridge> bridge) {
  bridge_ = std::move(bridge);
  held_ = true;  // bytes may have come before the request was taken
}

std::size_t Channel::take_input(std::span<const std::byte> bytes) {
  const std::size_t room = bridge_ ? bridge_->input().room() : 0;
  const std::size_t taken = std::min(room, bytes.size());
  accept_input(bytes.first(taken));
  if (taken < bytes.size()) {
    held_ = true;
  }
  return taken;
}

void Channel::accept_input(std::span<const std::byte> bytes) {
  if (bytes.empty()) {
    return;  // also what comes before a request, when there is no bridge yet
  }
  window_.consumed(bytes.size());
  if (requests_.has_terminal() && bridge_->control() == Control::Server) {
    accept_typed(bytes);
  } else {
    bridge_->input().push(bytes);
  }
}

/// The little of a terminal's line discipline that matters without one: Enter, Ctrl-C, Ctrl-D.
void Channel::accept_typed(std::span<const std::byte> bytes) {
  std::vector<std::byte> cooked;
  for (const std::byte byte : bytes) {
    const char letter = static_cast<char>(byte);
    if (letter == kCtrlC) {
      bridge_->interrupt("interrupted");
    } else if (letter == kCtrlD) {
      peer_eof_ = true;
    } else {
      cooked.push_back(letter == '\r' ? std::byte{'\n'} : byte);
    }
  }
  if (!cooked.empty()) {
    bridge_->input().push(cooked);
  }
}

Channel::Health Channel::pump(WindowScratch& scratch) {
  news_ = false;
  if (state_ == State::Open && (peer_closed_ || ssh_channel_is_open(handle_) == 0)) {
    if (bridge_) {
      bridge_->cut({ErrorCode::Disconnected, "the peer is gone", "", ""});
    }
    state_ = State::Closing;
  }
  Health health = Health::Good;
  if (state_ == State::Open && bridge_) {
    // Before the output is looked at: what is written later than this is seen next turn.
    const auto exit_status = bridge_->exit_status();
    pump_input(scratch);
    health = pump_output();
    finish_when_drained(exit_status);
  }
  if (state_ == State::Closing) {
    close();
  }
  return health;
}

void Channel::publish_input() {
  if (bridge_) {
    bridge_->input().publish();
  }
}

void Channel::pump_input(WindowScratch& scratch) {
  if (held_) {
    drain_held();
  }
  if (!held_ && !peer_eof_) {
    grow_window(scratch);
  }
  if (peer_eof_ && !held_) {
    bridge_->input().finish();
  }
}

/// libssh does not offer refused bytes again before another packet comes, and none comes when the
/// window is used up.
void Channel::drain_held() {
  std::array<std::byte, 16384> block;
  for (;;) {
    const std::size_t room = std::min(bridge_->input().room(), block.size());
    if (room == 0) {
      return;
    }
    const int got =
        ssh_channel_read_nonblocking(handle_, block.data(), static_cast<std::uint32_t>(room), 0);
    if (got <= 0) {
      held_ = false;
      return;
    }
    accept_input({block.data(), static_cast<std::size_t>(got)});
  }
}

void Channel::grow_window(WindowScratch& scratch) {
  const bool wanted_at_all = window_.has_consumed() || requests_.expects_upload();
  if (!wanted_at_all || !window_.is_due()) {
    return;
  }
  const auto wanted = window_.due(bridge_->input().waiting());
  std::byte* space = wanted > 0 ? scratch.get() : nullptr;
  if (space == nullptr) {
    return;
  }
  bridge_->input().set_limit(window_.queue_limit());
  const int got =
      ssh_channel_read_timeout(handle_, space, static_cast<std::uint32_t>(wanted), 0, 0);
  if (got > 0) {
    // Bytes that came during the call; they precede what the callback gets later.
    accept_input({space, static_cast<std::size_t>(got)});
  }
}

bool Channel::may_write() {
  if ((ssh_get_status(session_) & SSH_WRITE_PENDING) != 0) {
    return false;
  }
  output_waits_ = ssh_channel_window_size(handle_) == 0;
  return !output_waits_;
}

int Channel::write(OutputStream stream, const char* bytes, std::size_t length) {
  const auto count = static_cast<std::uint32_t>(std::min(length, kMostWrite));
  if (first_write_) {
    const int written = write_first(handle_, stream, bytes, count);
    first_write_ = written < static_cast<int>(kLeastPacket);
    return written;
  }
  return stream == OutputStream::Out ? ssh_channel_write(handle_, bytes, count)
                                     : ssh_channel_write_stderr(handle_, bytes, count);
}

Channel::Health Channel::pump_output() {
  output_waits_ = false;
  for (std::size_t this_turn = 0; this_turn < kMostPerTurn;) {
    const bool all_taken = pending_segment_ == pending_.size();
    if ((all_taken && bridge_->output().empty()) || !may_write()) {
      return Health::Good;
    }
    if (all_taken) {
      pending_ = bridge_->output().take();
      pending_segment_ = 0;
      pending_offset_ = 0;
    }
    const OutputSegment& segment = pending_[pending_segment_];
    const int written = write(segment.stream, segment.bytes.data() + pending_offset_,
                              segment.bytes.size() - pending_offset_);
    if (written == kHostilePacketSize) {
      return Health::Hostile;
    }
    if (written <= 0) {
      // 0 while keys are exchanged anew; an error shows in the state of channel or session.
      return Health::Good;
    }
    pending_offset_ += static_cast<std::size_t>(written);
    this_turn += static_cast<std::size_t>(written);
    output_bytes_ += static_cast<std::uint64_t>(written);
    if (pending_offset_ == segment.bytes.size()) {
      ++pending_segment_;
      pending_offset_ = 0;
    }
  }
  bridge_->wake_connection();  // more to do, after the other channels
  return Health::Good;
}

void Channel::finish_when_drained(std::optional<int> exit_status) {
  if (!exit_status || pending_segment_ < pending_.size() || !bridge_->output().empty()) {
    return;
  }
  ssh_channel_request_send_exit_status(handle_, *exit_status);
  state_ = State::Closing;
}

/// ssh_channel_close sends EOF first and, when that does not go out at once, returns SSH_AGAIN
/// without having sent CLOSE; ssh_channel_free would not notice.
void Channel::close() {
  if (ssh_channel_close(handle_) == SSH_AGAIN) {
    return;
  }
  ssh_remove_channel_callbacks(handle_, &callbacks_);
  ssh_channel_free(handle_);
  handle_ = nullptr;
  state_ = State::Done;
}

}  // namespace minpaas::sshd
