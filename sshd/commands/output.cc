#include "sshd/commands/output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/terminal_text.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {

void Output::note(std::string_view line) {
  if (form_ == Form::People) {
    send(err_, sanitize_terminal(line) + "\n");
  } else if (listener_ && !broken_) {
    broken_ = !listener_(sanitize_terminal(line));
  }
}

void Output::error(const Error& error, std::int64_t deploy) {
  if (form_ == Form::Json) {
    using Json = nlohmann::ordered_json;
    Json body = {
        {"error",
         {{"code", to_string(error.code)}, {"message", error.message}, {"hint", error.hint}}}};
    if (deploy != 0) {
      body["error"]["deploy"] = deploy;
    }
    send(err_, body.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
    return;
  }
  std::string text = fmt::format("error: {}\n", printable(error.message));
  if (!error.hint.empty()) {
    text += fmt::format("hint: {}\n", printable(error.hint));
  }
  send(err_, text);
}

void Output::send(ByteWriter& to, std::string_view bytes) {
  if (!broken_ && !bytes.empty()) {
    broken_ = !to.write(bytes).has_value();
  }
}

}  // namespace minpaas::sshd::commands
