#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sshd/channel_requests.h"
#include "sshd/exec_bridge.h"
#include "sshd/receive_window.h"
#include "sshd/window_scratch.h"

namespace minpaas::sshd {

/// One `session` channel (RFC 4254 6): collects its requests, then carries bytes between libssh and
/// the exec request that runs for it. Callbacks of libssh only copy bytes and set flags; everything
/// else happens in `pump`. Thread: the connection's.
class Channel {
 public:
  enum class Health { Good, Hostile };

  /// A channel of `session`, which owns the handle and must outlive this object.
  Channel(ssh_session session, WindowBudget& budget);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  /// Takes the callbacks away from libssh and cuts the request that still runs.
  ~Channel();

  [[nodiscard]] ssh_channel handle() const { return handle_; }

  /// The exec or shell request, when it has come and was not taken yet. Its actor is still empty.
  std::optional<ExecRequest> take_request() { return requests_.take(); }

  /// From now on bytes go to and from `bridge`.
  void attach(std::shared_ptr<ExecBridge> bridge);
  /// Moves what can be moved without blocking. Hostile: end the session.
  Health pump(WindowScratch& scratch);

  /// Wakes a request that waits for input that has come. To be called before the loop sleeps.
  void publish_input();

  /// Closed on both levels; may be destroyed.
  [[nodiscard]] bool is_done() const { return state_ == State::Done; }

  /// The request that runs or whose output is on the way; null when there is none.
  [[nodiscard]] const std::shared_ptr<ExecBridge>& bridge() const { return bridge_; }

  /// A callback has come since `pump` last began: it may have run inside another call of libssh,
  /// after which nothing would wake the loop.
  [[nodiscard]] bool has_news() const { return news_; }

  [[nodiscard]] bool is_git() const { return requests_.is_git(); }

  [[nodiscard]] bool output_waits() const { return output_waits_; }

  [[nodiscard]] std::uint64_t output_bytes() const { return output_bytes_; }

 private:
  enum class State { Open, Closing, Done };

  static Channel& notified(void* user);
  void install_callbacks();
  void resize(WindowSize size);
  void signal(std::string_view name);
  std::size_t take_input(std::span<const std::byte> bytes);
  void accept_input(std::span<const std::byte> bytes);
  void accept_typed(std::span<const std::byte> bytes);
  void pump_input(WindowScratch& scratch);
  void drain_held();
  void grow_window(WindowScratch& scratch);
  Health pump_output();
  bool may_write();
  int write(OutputStream stream, const char* bytes, std::size_t length);
  void finish_when_drained(std::optional<int> exit_status);
  void close();

  ssh_session session_;
  ssh_channel handle_;
  ssh_channel_callbacks_struct callbacks_{};
  ChannelRequests requests_;
  std::shared_ptr<ExecBridge> bridge_;
  ReceiveWindow window_;
  State state_ = State::Open;
  bool news_ = false;
  /// libssh keeps bytes that found no room.
  bool held_ = false;
  bool peer_eof_ = false;
  bool peer_closed_ = false;
  bool output_waits_ = false;
  bool first_write_ = true;
  std::uint64_t output_bytes_ = 0;
  /// What was taken from the bridge and not yet by libssh.
  std::vector<OutputSegment> pending_;
  std::size_t pending_segment_ = 0;
  std::size_t pending_offset_ = 0;
};

}  // namespace minpaas::sshd
