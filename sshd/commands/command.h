#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/app_right.h"
#include "core/base/result.h"

namespace minpaas::sshd::commands {

class Arguments;
struct Invocation;

/// `--name`, `-letter`; with a `value` (its name in the usage line) it takes one. A required one
/// stands in the usage line without brackets; its handler knows best what to say when it is
/// missing.
struct Option {
  std::string_view name = {};
  char letter = 0;
  std::string_view value = {};
  std::string_view help = {};
  bool required = false;
  /// It may be given several times, and all of them count.
  bool repeated = false;
};

/// Any: none or more; Several: one or more.
enum class Arity { One, Optional, Several, Any };

/// A word that is no option, in its place: `APP`.
struct Operand {
  std::string_view name;
  Arity arity = Arity::One;
};

/// The exit status, or the Error to print, which has its own (core/base/error.h).
using Handler = Result<int> (*)(Invocation&);

/// All that is known about one verb: help, argument checks and docs/commands.md follow from it.
/// Every command also takes --json and --help.
struct Command {
  /// `apps:create`; what stands before the colon groups it.
  std::string_view verb = {};
  std::string_view alias = {};
  /// One line for the list of commands.
  std::string_view summary = {};
  std::vector<Operand> operands = {};
  std::vector<Option> options = {};
  /// Arguments of the example: `ssh minpaas VERB EXAMPLE`.
  std::string_view example = {};
  /// More lines for `help VERB`, may be empty.
  std::string_view details = {};
  /// The last lines for `help VERB`, which hold for a plain `ssh` only: `minpaas` quotes words and
  /// asks for a terminal by itself. May be empty.
  std::string_view with_ssh = {};
  /// What to do when there are too many words: the mistake that people make with this verb.
  std::string_view when_too_many = {};
  /// A word may be part of a secret: no message repeats one, not even as an unknown option.
  bool words_may_be_secret = false;
  /// Its last operand is a program with arguments: what follows the first of these words is theirs,
  /// options too.
  bool runs_program = false;
  /// A program of the app runs in it, perhaps for long: its begin goes on record too.
  bool starts_program = false;
  /// What it takes to do it to its apps. The service layer is who looks at it; this tells fronts
  /// that have to know before or afterwards.
  AppRight needs = AppRight::Read;
  /// When it has gone well, no app has the name of its first operand.
  bool frees_name = false;
  /// It changes nothing: only a denied attempt goes on record.
  bool only_reads = false;
  /// What it prints may have config values of its app in it: showing them is its purpose, or the
  /// words are those of the app's own programs. Everything else is without them.
  bool shows_values = false;
  /// When it goes well it says nothing but words of ours and its app's name. So it is run, too,
  /// when the config values of its app cannot be read to hide them: an app must not be stuck for
  /// that.
  bool says_no_values = false;
  /// What goes on record of it in place of its words. Unless the outcome is "ok" they may be
  /// secrets in the wrong place.
  std::string (*record)(const Arguments& args, std::string_view outcome) = nullptr;
  Handler run = nullptr;
};

inline constexpr std::string_view kJsonUsage = " [--json]";

/// `logs APP [--follow|-f] [--json]`
std::string usage(const Command& command);

/// The verbs of MinPaas in the order of help. Thread: any, never changes.
std::span<const Command> command_table();
/// By verb or alias; null when there is none.
const Command* find_command(std::string_view verb);
/// Up to three verbs that one may have meant, best first.
std::vector<std::string_view> nearest_verbs(std::string_view verb);
/// The Error for a verb that is none; `next_word` is the one after it (`apps create`), may be
/// empty.
Error unknown_verb(std::string_view verb, std::string_view next_word);

}  // namespace minpaas::sshd::commands
