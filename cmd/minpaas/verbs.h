#pragma once

#include <span>
#include <string_view>

namespace minpaas::client {

/// What the words of a verb say about the app.
enum class AppPlace {
  /// Nothing: `keys`.
  None,
  /// The first word is its name: `logs APP`.
  First,
  /// `--app APP`, as `deploy` of the server wants it.
  Option,
};

struct VerbOption {
  std::string_view name;
  char letter;
  bool takes_value;
};

/// As many words as one gives.
inline constexpr int kAnyNumber = -1;

/// What the client has to know of a verb to put the app among its words.
struct Verb {
  std::string_view name;
  AppPlace app;
  /// How many words it takes at most, the app's name among them; options are not counted.
  int most_words;
  /// What follows its own words is a program with arguments: `run APP -- COMMAND...`.
  bool runs_program;
  std::span<const VerbOption> options;
  /// What `minpaas help VERB` prints.
  std::string_view help;
};

/// Of this program and of the server's command table, aliases too; made by cmd/command_docs when
/// this is built. Thread: any, never changes.
std::span<const Verb> verbs();
/// What `minpaas help` prints.
std::string_view overview();

/// Null when there is none; a newer server may have more.
const Verb* find_verb(std::string_view name);
/// Null when it has no such option; `--json` and `--help` are not in its list.
const VerbOption* find_option(const Verb& verb, std::string_view name);
const VerbOption* find_option(const Verb& verb, char letter);

}  // namespace minpaas::client
