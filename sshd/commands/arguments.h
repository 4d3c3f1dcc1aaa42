#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sshd/commands/command.h"
#include "sshd/commands/shell_word.h"

namespace minpaas::sshd::commands {

/// Words of a command, sorted into operands and options as its table entry says. Not CLI11: its
/// errors repeat the words, which may be secrets, and it splits values such as `[a,b]`.
class Arguments {
 public:
  /// `words` are those after the verb. `--name value`, `--name=value`, `-n value`, `-n5`, `-fn 5`;
  /// `--` ends the options; `-` is an operand. With --help nothing else is checked.
  /// Errors: InvalidInput with the usage as hint; a word that may be secret is never in the
  /// message.
  static Result<Arguments> parse(const Command& command, std::span<const Word> words);

  [[nodiscard]] bool has(std::string_view option) const { return options_.contains(option); }

  /// The value of an option; the last one counts when it is given twice.
  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;

  /// All values of an option that may be repeated, in order.
  [[nodiscard]] std::vector<std::string> values(std::string_view option) const;

  /// By place; aborts when it is not there, which `parse` has made sure of for `Arity::One`.
  [[nodiscard]] const std::string& operand(std::size_t place) const;
  [[nodiscard]] std::optional<std::string> optional_operand(std::size_t place) const;
  /// From `place` on.
  [[nodiscard]] std::span<const Word> operands_from(std::size_t place) const;

 private:
  Result<void> take_long(const Command& command, std::string_view word,
                         std::span<const Word>& rest);
  Result<void> take_letters(const Command& command, std::string_view letters,
                            std::span<const Word>& rest);
  [[nodiscard]] Result<void> check(const Command& command) const;

  std::vector<Word> operands_;
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
};

/// Whether --json (or --help) is among the words, for errors found before they are sorted.
bool asks_for(std::string_view option, std::span<const Word> words);

}  // namespace minpaas::sshd::commands
