#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmd/minpaas/verbs.h"
#include "core/base/result.h"

namespace minpaas::client {

/// The options of this program; they stand before the verb or behind it.
struct ClientOptions {
  std::optional<std::string> app;
  std::optional<std::string> host;
  std::optional<std::string> remote;
  /// The words say the app themselves.
  bool no_app = false;
  /// Nobody is there to answer a question.
  bool batch = false;
  bool help = false;
  bool version = false;
};

/// What was typed, sorted.
struct CommandLine {
  ClientOptions options;
  /// Empty when there is none.
  std::string verb;
  /// What the verb is in the table; null for one that is not there.
  const Verb* known = nullptr;
  /// The words behind the verb, without the options above, otherwise as they were typed.
  std::vector<std::string> words;
  /// How many of `words` are no options and no values of options. Of a program (`run`) only what
  /// stands before it can be told apart: the first word, unless it stands behind `--`.
  int operands = 0;
  /// The first of them, or empty.
  std::string first_operand;
};

/// `arguments` are those of main() without the program's name. An option that the verb has for
/// itself (`builds -a`) is the verb's behind it. What a program of `run` is given is never looked
/// at. Errors: InvalidInput; no word of the user is in the message but the name of an option of
/// this program, since a word may be a secret.
Result<CommandLine> read_command_line(const std::vector<std::string>& arguments);

/// Whether `--json` is among the words.
bool wants_json(const std::vector<std::string>& words);

}  // namespace minpaas::client
