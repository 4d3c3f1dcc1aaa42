#include <fmt/format.h>

#include <algorithm>

#include "cmd/command_docs/roff.h"
#include "cmd/command_docs/writers.h"

namespace minpaas::command_docs {
namespace {

constexpr std::string_view kHead = R"(.SH NAME
minpaas.ini \- settings of a MinPaas server
.SH DESCRIPTION
)";

constexpr std::string_view kTail = R"(.SH SEE ALSO
.BR minpaasd (8),
.BR minpaas (1)
)";

/// Empty lines part them.
std::string paragraphs(std::string_view text) {
  std::string shown = roff::text(text);
  for (std::size_t at = 0; (at = shown.find("\n\n", at)) != std::string::npos;) {
    shown.insert(at + 1, ".sp");
  }
  return shown;
}

/// Turns the file into a page, line by line.
class Writer {
 public:
  Result<void> take(std::string_view line) {
    if (line.empty()) {
      flush_comment();
    } else if (line == "#" || line.starts_with("# ")) {
      comment_ += comment_.empty() ? "" : "\n";
      comment_ += line.size() > 2 ? line.substr(2) : "";
    } else if (line.starts_with('[') && line.ends_with(']')) {
      flush_comment();
      page_ += fmt::format(".SH [{}]\n", roff::text(line.substr(1, line.size() - 2)));
    } else if (line.find('=') != std::string_view::npos) {
      take_setting(line.starts_with('#') ? line.substr(1) : line);
    } else {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("this line is no section, comment or setting: {}", line), "", ""};
    }
    return {};
  }

  std::string end() {
    flush_comment();
    return std::move(page_);
  }

 private:
  /// Settings that share a comment stand one below the other before it.
  void take_setting(std::string_view setting) {
    if (comment_.empty() && !meaning_.empty()) {
      terms_ += fmt::format(".TQ\n.B {}\n", roff::word(setting));
      return;
    }
    flush_setting();
    terms_ = fmt::format(".TP\n.B {}\n", roff::word(setting));
    meaning_ = std::move(comment_);
    comment_.clear();
  }

  void flush_setting() {
    if (!terms_.empty()) {
      page_ += fmt::format("{}{}\n", terms_, paragraphs(meaning_));
    }
    terms_.clear();
    meaning_.clear();
  }

  void flush_comment() {
    flush_setting();
    if (!comment_.empty()) {
      const auto last = page_.rfind('\n', page_.size() - std::min<std::size_t>(page_.size(), 2));
      const bool is_first = page_.empty() || page_.substr(last + 1).starts_with(".SH");
      page_ += fmt::format("{}{}\n", is_first ? "" : ".PP\n", paragraphs(comment_));
    }
    comment_.clear();
  }

  std::string page_;
  std::string comment_;
  std::string terms_;
  std::string meaning_;
};

}  // namespace

Result<std::string> settings_manual(std::string_view ini, std::string_view date) {
  Writer writer;
  while (!ini.empty()) {
    const auto end = std::min(ini.find('\n'), ini.size());
    TRY(writer.take(ini.substr(0, end)));
    ini.remove_prefix(std::min(end + 1, ini.size()));
  }
  return fmt::format(
      ".\\\" Made from config/minpaas.ini by cmd/command_docs.\n"
      ".TH MINPAAS.INI 5 {} \"MinPaas {}\" \"MinPaas\"\n.nh\n{}{}{}",
      date, MINPAAS_VERSION, kHead, writer.end(), kTail);
}

}  // namespace minpaas::command_docs
