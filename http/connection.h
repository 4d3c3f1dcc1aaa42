#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

#include "core/base/fd.h"
#include "http/events.h"
#include "http/problem.h"

namespace minpaas::http {

/// How the first bytes of a request came.
enum class Head { Ready, Closed, TooLarge, TooSlow, Malformed, NoLength };

/// How long a peer may take, whatever it sends meanwhile: between two requests, for a whole head,
/// for a whole body, and to read what is written.
struct PeerTimes {
  std::chrono::milliseconds idle{15'000};
  std::chrono::milliseconds head{10'000};
  std::chrono::milliseconds body{30'000};
  std::chrono::milliseconds write{30'000};
};

/// A socket for httplib, with deadlines that a peer cannot stretch by sending a byte now and then,
/// and with a head that is looked at before httplib reads it: a request that two programs may
/// understand in two ways is refused. Thread: one, but for `keep_alive`.
class Connection : public httplib::Stream, public EventSink {
 public:
  explicit Connection(int fd, PeerTimes times = {});

  /// Waits for a request and its head. Closed: there was none within the idle time.
  Head wait_for_head();
  /// Writes an answer without httplib; the connection is to be closed then.
  void answer(const Reply& reply, const std::string& request_id);

  /// The connection is to end after this answer: the body was not read.
  void end_after() { ends_ = true; }

  [[nodiscard]] bool ends() const { return ends_; }

  /// The body did not come in its time.
  [[nodiscard]] bool was_too_slow() const { return too_slow_; }

  /// Reads and drops what the peer still sends, for a moment: closing at once would destroy the
  /// answer on its way.
  void linger();

  /// For the headers of a stream.
  void set_request_id(std::string id) { request_id_ = std::move(id); }

  // EventSink
  bool send(std::string_view event, std::string_view id, std::string_view data) override;
  void expect() override;
  bool has_begun() override;
  /// After the last event.
  void finish_events();
  /// Begins an expected stream, or sends a comment, when nothing was sent for a while. Thread: any;
  /// never blocks.
  void keep_alive();

  // httplib::Stream
  using httplib::Stream::write;
  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* into, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;

  socket_t socket() const override { return fd_; }

 private:
  bool fill(std::chrono::steady_clock::time_point deadline);
  void tell_httplib(std::size_t size);
  bool write_all(std::string_view bytes);
  [[nodiscard]] std::string stream_head() const;

  int fd_;
  PeerTimes times_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  std::string request_id_;
  std::atomic<bool> begun_ = false;
  std::atomic<bool> ends_ = false;
  bool too_slow_ = false;
  /// Guards what follows, and what is written to a stream.
  std::mutex stream_;
  bool expected_ = false;
  bool broken_ = false;
  std::chrono::steady_clock::time_point last_write_;
};

}  // namespace minpaas::http
