#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/byte_stream.h"

namespace minpaas::sshd::commands {

/// For whom a command prints: tables and sentences, or JSON for programs.
enum class Form { People, Json };

/// Data goes to stdout. Everything else goes to stderr, and with Form::Json there is nothing else
/// but the error, so that a program can read both streams. Thread: one.
class Output {
 public:
  Output(ByteWriter& out, ByteWriter& err, Form form) : out_(out), err_(err), form_(form) {}

  [[nodiscard]] bool is_json() const { return form_ == Form::Json; }

  /// Bytes as they are, to stdout.
  void data(std::string_view bytes) { send(out_, bytes); }

  /// A sentence or a line of progress, made safe for a terminal, to stderr; with JSON only to
  /// whoever listens.
  void note(std::string_view line);

  /// With JSON, `listener` is told every line of `note`; false from it: the peer is gone.
  void listen(std::function<bool(std::string_view line)> listener) {
    listener_ = std::move(listener);
  }

  /// A `deploy` that is not 0 is the one that failed: its id is in the JSON.
  void error(const Error& error, std::int64_t deploy = 0);

  /// A JSON value over several lines. Bytes that are no UTF-8 become U+FFFD; only ASCII is sent,
  /// so that no control character reaches a terminal.
  template <typename Json>
  void json(const Json& value) {
    data(value.dump(2, ' ', true, Json::error_handler_t::replace) + "\n");
  }

  /// One JSON value on one line, for streams.
  template <typename Json>
  void json_line(const Json& value) {
    data(value.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
  }

  /// A write has failed: the peer is gone, and nothing more needs to be made.
  [[nodiscard]] bool is_broken() const { return broken_; }

 private:
  void send(ByteWriter& to, std::string_view bytes);

  ByteWriter& out_;
  ByteWriter& err_;
  Form form_;
  std::function<bool(std::string_view line)> listener_;
  bool broken_ = false;
};

}  // namespace minpaas::sshd::commands
