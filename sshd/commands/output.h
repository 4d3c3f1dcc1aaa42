#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/byte_stream.h"
#include "core/base/result.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {

/// Text without what is not to be shown. Errors: what that is cannot be found out.
using Hide = std::function<Result<std::string>(std::string_view text)>;

/// Fields of JSON that keep what they have, whatever is a config value: names, times and words of
/// the platform, which programs compare and send back. No free text is among them.
bool is_own_field(std::string_view name);

/// Fields of JSON whose members have names that people chose, such as process types: whatever these
/// are called, no text below is one of ours.
bool has_names_of_people(std::string_view name);

/// For whom a command prints: tables and sentences, or JSON for programs.
enum class Form { People, Json };

/// Data goes to stdout. Everything else goes to stderr, and with Form::Json there is nothing else
/// but the error, so that a program can read both streams. Thread: one.
class Output {
 public:
  Output(ByteWriter& out, ByteWriter& err, Form form) : out_(out), err_(err), form_(form) {}

  [[nodiscard]] bool is_json() const { return form_ == Form::Json; }

  enum class Data { Hidden, Shown };

  /// From now on all text goes through `hide`; data only when it is Hidden. Null: as it is. After
  /// an error of it nothing is sent until the next call of this.
  void hide_with(Hide hide, Data data = Data::Hidden) {
    hide_ = std::move(hide);
    hides_data_ = hide_ && data == Data::Hidden;
    silent_ = false;
  }

  /// A text that people wrote, for a field of JSON that keeps what it has.
  [[nodiscard]] std::string shown(std::string_view text) {
    return hides_data_ ? hidden(text) : std::string(text);
  }

  /// Bytes as they are but for what is hidden, to stdout.
  void data(std::string_view bytes);

  /// As format_table, whose first row are the headings. What is hidden is so before the columns are
  /// laid out, so that they stay straight.
  void table(std::vector<Row> rows);

  /// A sentence or a line of progress, made safe for a terminal, to stderr; with JSON only to
  /// whoever listens.
  void note(std::string_view line);

  /// Who is told, with JSON, what people read while they wait. False from it: the peer is gone.
  struct Listener {
    /// Every line of `note`.
    std::function<bool(std::string_view line)> line = {};
    /// The lines from now on are those of this deploy's output, from the first.
    std::function<bool(std::int64_t deploy)> deploy = {};
  };

  void listen(Listener listener) { listener_ = std::move(listener); }

  /// A deploy is followed from here on.
  void deploy(std::int64_t id);

  /// A `deploy` that is not 0 is the one that failed: its id is in the JSON.
  void error(const Error& error, std::int64_t deploy = 0);

  /// A JSON value over several lines. Bytes that are no UTF-8 become U+FFFD; only ASCII is sent,
  /// so that no control character reaches a terminal.
  template <typename Json>
  void json(Json value) {
    hide_in(value);
    send(out_, value.dump(2, ' ', true, Json::error_handler_t::replace) + "\n");
  }

  /// One JSON value on one line, for streams.
  template <typename Json>
  void json_line(Json value) {
    hide_in(value);
    send(out_, value.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
  }

  /// A write has failed, so that the peer is gone, or what to hide cannot be found out: nothing
  /// more needs to be made.
  [[nodiscard]] bool is_broken() const { return broken_ || silent_; }

 private:
  /// Whose words the names of an object's members are.
  enum class Names { Ours, Peoples };

  /// In its texts, before they are escaped: what is hidden cannot break the JSON.
  template <typename Json>
  void hide_in(Json& value, Names names = Names::Ours) {
    if (!hides_data_) {
      return;
    }
    if (value.is_string()) {
      value = hidden(value.template get_ref<const std::string&>());
    }
    for (const auto& item : value.items()) {
      if (value.is_array()) {
        hide_in(item.value(), names);
      } else if (value.is_object() && (names == Names::Peoples || !is_own_field(item.key()))) {
        hide_in(item.value(), has_names_of_people(item.key()) ? Names::Peoples : names);
      }
    }
  }

  [[nodiscard]] std::string hidden(std::string_view text);

  void send(ByteWriter& to, std::string_view bytes);

  ByteWriter& out_;
  ByteWriter& err_;
  Form form_;
  Listener listener_;
  Hide hide_;
  bool hides_data_ = false;
  bool broken_ = false;
  /// `hide_` has failed.
  bool silent_ = false;
};

}  // namespace minpaas::sshd::commands
