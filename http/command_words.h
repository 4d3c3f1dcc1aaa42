#pragma once

#include <optional>

#include "core/app/app_name.h"
#include "http/route.h"
#include "sshd/commands/shell_word.h"

namespace minpaas::http {

/// A request as its command reads it.
struct CommandWords {
  /// After the verb; operands stand behind `--`, so that no value becomes an option.
  std::vector<sshd::commands::Word> words;
  std::string input;
};

/// The fields of path, query and body, each looked at: known, there when it has to be, of its type.
/// Problems: 400 (the body is no JSON object), 415, 422 with the field.
OrProblem<CommandWords> command_words(const Route& route, const RouteMatch& match,
                                      const Target& target, const Request& request);

/// The app that path, query or body name, though other fields may be wrong; absent: none.
std::optional<AppName> app_meant(const RouteMatch& match, const Target& target,
                                 const Request& request);

/// What is wrong with a body that is not said to be JSON; absent: nothing.
std::optional<Problem> problem_of_type(const Request& request);

}  // namespace minpaas::http
