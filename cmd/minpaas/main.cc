#include <cstdio>
#include <exception>

#include "cmd/minpaas/json_text.h"
#include "cmd/minpaas/own_verbs.h"

namespace minpaas::client {
namespace {

int print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}

/// For a terminal: what came from a server or a file can do nothing to it.
std::string printable(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    c = byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return text;
}

/// In the form in which the server gives its errors. Returns the exit status.
int tell(const Error& error, bool as_json) {
  std::string text = "error: " + printable(error.message) + "\n";
  if (!error.hint.empty()) {
    text += "hint: " + printable(error.hint) + "\n";
  }
  if (as_json) {
    text = "{\"error\":{\"code\":" + json_string(to_string(error.code)) +
           ",\"message\":" + json_string(error.message) + ",\"hint\":" + json_string(error.hint) +
           "}}\n";
  }
  std::fputs(text.c_str(), stderr);
  return exit_status(error.code);
}

Result<int> help(const CommandLine& line) {
  const std::string& name = line.options.help ? line.verb : line.first_operand;
  if (name.empty()) {
    return print(overview());
  }
  const Verb* verb = find_verb(name);
  if (verb == nullptr) {
    return Error{ErrorCode::InvalidInput, "there is no such command here",
                 "list them: minpaas help", ""};
  }
  return print(verb->help);
}

Result<int> run(const CommandLine& line) {
  if (line.options.version) {
    return print("minpaas " MINPAAS_VERSION "\n");
  }
  // The JSON form is the server's.
  const bool asks_help = line.verb.empty() || line.options.help || line.verb == "help";
  if (asks_help && !wants_json(line.words)) {
    return help(line);
  }
  const Ssh ssh(line.options.batch);
  Surroundings surroundings(line.options, ssh);
  const OwnCall call{line, ssh, surroundings};
  if (line.verb == "init") {
    return init(call);
  }
  if (line.verb == "open") {
    return open(call);
  }
  return line.verb == "deploy" ? deploy(call) : pass_on(call);
}

int run_main(const std::vector<std::string>& arguments) {
  const bool as_json = wants_json(arguments);
  const auto line = read_command_line(arguments);
  if (!line) {
    return tell(line.error(), as_json);
  }
  const auto status = run(*line);
  return status ? *status : tell(status.error(), wants_json(line->words));
}

}  // namespace
}  // namespace minpaas::client

int main(int argc, char** argv) {
  try {
    return minpaas::client::run_main({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "minpaas: %s (this is a bug)\n", bug.what());
    return 70;
  }
}
