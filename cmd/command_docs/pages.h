#pragma once

#include <span>
#include <string>
#include <vector>

#include "sshd/commands/command.h"

namespace minpaas::command_docs {

enum class Owner { Client, Server };
/// As cmd/minpaas/verbs.h has it.
enum class AppPlace { None, First, Option };

/// One command as the client has it: the table entry in words for people who type `minpaas`.
struct Page {
  std::string verb;
  std::string alias;
  std::string summary;
  /// `logs [APP] [--follow|-f] ... [--json]`; one of several lines where it has more forms.
  std::vector<std::string> usages;
  /// Without options that need not be given, for the list.
  std::string short_usage;
  std::vector<sshd::commands::Option> options;
  /// Words that can only be one of these: `on`, `off`.
  std::vector<std::string> choices;
  std::string example;
  std::string details;
  Owner owner = Owner::Server;
  AppPlace app = AppPlace::None;
  /// -1: any number.
  int most_words = 0;
  bool runs_program = false;
  bool has_json = true;
};

/// The commands of the client, then those of the server in the order of its help. A server's
/// command that the client answers or widens (`help`, `deploy`) is there once, as the client's.
std::vector<Page> pages();

/// The options of `minpaas` itself.
std::span<const sshd::commands::Option> client_options();

/// `shell|json|env` taken apart; empty for a name such as `N` or `NAME|ID`.
std::vector<std::string> choices_of(std::string_view value);

/// `--follow, -f`
std::string option_names(const sshd::commands::Option& option);
/// The same with the name of the value: `--tail, -n N`.
std::string option_text(const sshd::commands::Option& option);
/// What `minpaas help VERB` prints.
std::string help_text(const Page& page);
/// What `minpaas help` prints.
std::string overview(const std::vector<Page>& all);

}  // namespace minpaas::command_docs
