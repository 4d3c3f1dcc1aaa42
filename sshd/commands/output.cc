#include "sshd/commands/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <ranges>

#include "core/base/terminal_text.h"

namespace minpaas::sshd::commands {

bool is_own_field(std::string_view name) {
  constexpr std::array<std::string_view, 27> kOwnFields{
      "actor", "app",    "commit",  "container", "credential", "fingerprint", "from",
      "host",  "hosts",  "id",      "image",     "kind",       "name",        "names",
      "owner", "ref",    "release", "role",      "runtime",    "since",       "source",
      "state", "status", "time",    "type",      "url",        "volume"};
  return name.ends_with("_at") || std::ranges::find(kOwnFields, name) != kOwnFields.end();
}

bool has_names_of_people(std::string_view name) {
  return name == "processes";
}

std::string Output::hidden(std::string_view text) {
  if (!hide_) {
    return std::string(text);
  }
  auto shown = hide_(text);
  silent_ = silent_ || !shown;
  return shown ? *std::move(shown) : std::string();
}

void Output::data(std::string_view bytes) {
  if (hides_data_) {
    send(out_, hidden(bytes));
  } else {
    send(out_, bytes);
  }
}

void Output::table(std::vector<Row> rows) {
  if (hides_data_) {
    for (Row& row : rows | std::views::drop(1)) {
      std::ranges::transform(row, row.begin(), [this](const auto& cell) { return hidden(cell); });
    }
  }
  send(out_, format_table(rows));
}

void Output::note(std::string_view line) {
  const std::string shown = sanitize_terminal(hidden(line));
  if (form_ == Form::People) {
    send(err_, shown + "\n");
  } else if (listener_.line && !is_broken()) {
    broken_ = !listener_.line(shown);
  }
}

void Output::deploy(std::int64_t id) {
  if (form_ == Form::Json && listener_.deploy && !is_broken()) {
    broken_ = !listener_.deploy(id);
  }
}

void Output::error(const Error& error, std::int64_t deploy) {
  const std::string message = hidden(error.message);
  const std::string hint = hidden(error.hint);
  if (form_ == Form::Json) {
    using Json = nlohmann::ordered_json;
    Json body = {
        {"error", {{"code", to_string(error.code)}, {"message", message}, {"hint", hint}}}};
    if (deploy != 0) {
      body["error"]["deploy"] = deploy;
    }
    send(err_, body.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
    return;
  }
  std::string text = fmt::format("error: {}\n", printable(message));
  if (!hint.empty()) {
    text += fmt::format("hint: {}\n", printable(hint));
  }
  send(err_, text);
}

void Output::send(ByteWriter& to, std::string_view bytes) {
  if (!is_broken() && !bytes.empty()) {
    broken_ = !to.write(bytes).has_value();
  }
}

}  // namespace minpaas::sshd::commands
