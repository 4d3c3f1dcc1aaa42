#include "sshd/commands/shell_word.h"

#include <fmt/format.h>

namespace minpaas::sshd::commands {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool ends_word(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Error open_quote(char quote) {
  return {ErrorCode::InvalidInput,
          fmt::format("a {} quote is opened and never closed", quote == '"' ? "double" : "single"),
          "", ""};
}

class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}

  Result<ReadWord> read() {
    while (at_ < text_.size() && !ends_word(text_[at_])) {
      switch (text_[at_]) {
        case '\'':
          TRY(single_quoted());
          break;
        case '"':
          TRY(double_quoted());
          break;
        case '\\':
          TRY(escaped());
          break;
        default:
          bare(text_[at_++]);
      }
    }
    return ReadWord{std::move(word_), at_};
  }

 private:
  Result<void> single_quoted() {
    note_quote();
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) {
      return open_quote('\'');
    }
    word_.text += text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return {};
  }

  Result<void> double_quoted() {
    note_quote();
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      const bool escapes = c == '\\' && at_ + 1 < text_.size() &&
                           std::string_view("$`\"\\\n").find(text_[at_ + 1]) != std::string::npos;
      if (!escapes) {
        word_.text += c;
      } else if (text_[++at_] != '\n') {
        word_.text += text_[at_];
      }
    }
    return open_quote('"');
  }

  Result<void> escaped() {
    if (at_ + 1 == text_.size()) {
      return Error{ErrorCode::InvalidInput, "it ends in a backslash", "", ""};
    }
    const char c = text_[at_ + 1];
    at_ += 2;
    if (c != '\n') {
      word_.text += c;
    }
    // No shell needs `\n` or `\d` outside quotes: there the backslash was meant to stay.
    word_.lost_quotes = word_.lost_quotes || (in_value_ && is_letter_or_digit(c));
    return {};
  }

  void bare(char c) {
    word_.text += c;
    bare_value_ = bare_value_ || in_value_;
    in_value_ = in_value_ || c == '=';
  }

  void note_quote() { word_.lost_quotes = word_.lost_quotes || bare_value_; }

  std::string_view text_;
  std::size_t at_ = 0;
  Word word_;
  bool in_value_ = false;
  bool bare_value_ = false;
};

}  // namespace

Result<ReadWord> read_shell_word(std::string_view text) {
  return WordReader(text).read();
}

}  // namespace minpaas::sshd::commands
