#pragma once

#include <poll.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/fd.h"

namespace minpaas::hooks {

/// The status of an HTTP/1 answer (RFC 9112, section 4); absent while its first line is not whole.
/// 0 when it is no HTTP.
std::optional<int> parse_status_line(std::string_view received);

/// What an HttpProbe asks for.
struct HttpRequest {
  /// Empty: nothing is asked, a connection is enough.
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// What comes behind the status line is kept.
  bool keeps_body = false;
  /// An app may do work at its first request; no connected try is cut off before this.
  seconds answer_timeout{10};
};

/// Asks one address again and again, never blocking: a poll loop drives it.
/// Thread: one.
class HttpProbe {
 public:
  enum class Outcome {
    /// Nothing is known yet.
    None,
    /// Nothing listens.
    Refused,
    /// The address does not answer at all.
    Unreachable,
    /// Connected, but the connection ended before an answer.
    Closed,
    /// Connected, but no answer in time.
    Silent,
    /// An answer that is no HTTP.
    NotHttp,
    /// Connected, and no more was asked.
    Connected,
    /// See `status()`.
    Answered
  };

  static constexpr seconds kAnswerTimeout{10};
  /// Containers are a bridge away. The kernel repeats a lost SYN only after a second.
  static constexpr milliseconds kConnectTimeout{500};

  /// What is read of an answer after its first line; an answer without end is cut off there.
  static constexpr std::size_t kMostDropped = 1 << 20;

  explicit HttpProbe(const HttpRequest& request = {});

  /// Opens a connection and begins to ask, dropping one that is under way.
  void start(const std::string& address, int port, SteadyTime now);

  /// True from `start` until the other side has closed or the try has failed.
  [[nodiscard]] bool busy() const { return static_cast<bool>(socket_); }

  /// What to wait for; only while `busy()`.
  [[nodiscard]] pollfd poll_entry() const;
  /// Goes on as far as `ready` (the revents) and time allow.
  void advance(short ready, SteadyTime now);

  /// How the last try that came to an end has ended.
  [[nodiscard]] Outcome outcome() const { return outcome_; }

  /// Of the last answer.
  [[nodiscard]] int status() const { return status_; }

  /// Of the answer under way or the last one, as far as it is kept; chunks are not taken apart, so
  /// an answer of HTTP/1.0 is asked for.
  [[nodiscard]] std::string_view body() const;

 private:
  [[nodiscard]] bool unsent() const { return sent_ < request_.size(); }

  void connected();
  void send();
  void receive();
  void end(Outcome outcome);

  std::string request_;
  bool keeps_body_;
  seconds answer_timeout_;
  Fd socket_;
  SteadyTime deadline_;
  bool connecting_ = false;
  bool answered_ = false;
  /// Bytes of the request that are sent.
  std::size_t sent_ = 0;
  std::string received_;
  std::size_t dropped_ = 0;
  Outcome outcome_ = Outcome::None;
  int status_ = 0;
};

}  // namespace minpaas::hooks
