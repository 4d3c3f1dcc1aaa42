#include "sshd/commands/on_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/access/app_access.h"
#include "sshd/commands/answer_mask.h"

namespace minpaas::sshd::commands {
namespace {

std::string_view outcome_of(const Invocation& call, const Result<int>& result) {
  if (!result &&
      (hooks::is_hidden(result.error()) || result.error().code == ErrorCode::PermissionDenied)) {
    return "denied";
  }
  if (result && *result == 0) {
    return "ok";
  }
  // What was begun goes on.
  return call.gone.stop_requested() ? "left" : "failed";
}

/// The names of what is set, and no value.
std::string keys_of(const Arguments& args, std::string_view outcome) {
  std::string keys;
  for (const Word& word : args.operands_from(1)) {
    if (const auto key = key_on_record(word.text, outcome)) {
      keys += (keys.empty() ? "" : " ") + key->str();
    }
  }
  return keys;
}

std::string words_of(const Command& command, const Arguments& args) {
  std::string words;
  const auto add = [&words](std::string_view text) {
    words += fmt::format("{}{}", words.empty() ? "" : " ", text);
  };
  const std::size_t first = !command.operands.empty() && command.operands[0].name == "APP" ? 1 : 0;
  for (const Word& word : args.operands_from(first)) {
    add(word.text);
  }
  for (const Option& option : command.options) {
    for (const std::string& value : args.values(option.name)) {
      add(option.value.empty() ? fmt::format("--{}", option.name)
                               : fmt::format("--{} {}", option.name, value));
    }
  }
  return words;
}

std::string detail_of(const Command& command, const Arguments& args, std::string_view outcome) {
  if (command.runs_program) {
    return "";
  }
  if (command.record != nullptr) {
    return command.record(args, outcome);
  }
  // What was refused may be a secret in the wrong place.
  return command.words_may_be_secret || outcome != "ok" ? keys_of(args, outcome)
                                                        : words_of(command, args);
}

/// What is no app's name may be a config var whose app was forgotten.
std::string app_on_record(const std::vector<std::string>& apps) {
  return !apps.empty() && AppName::parse(apps.front()) ? apps.front() : "";
}

/// Without the secrets of the apps; empty when they cannot be read.
std::string without_secrets(std::string detail, const Invocation& call,
                            const std::vector<std::string>& apps) {
  for (const std::string& app : apps) {
    const auto mask = mask_for(call, app);
    if (!mask) {
      log::warn("an event is without its detail: {}", mask.error().for_log());
      return "";
    }
    detail = (*mask)->apply_to_whole(detail);
  }
  return detail;
}

}  // namespace

std::optional<ConfigKey> key_on_record(std::string_view word, std::string_view outcome) {
  const auto equals = std::min(word.find('='), word.size());
  const bool has_value = word.find_first_not_of('=', equals) != std::string_view::npos;
  const auto key = ConfigKey::parse(word.substr(0, equals));
  return key && (has_value || outcome == "ok") ? std::optional(*key) : std::nullopt;
}

void put_on_record(const Command& command, const Invocation& call,
                   const std::vector<std::string>& apps, const Result<int>& result) {
  const std::string_view outcome = outcome_of(call, result);
  if (command.only_reads && outcome != "denied") {
    return;
  }
  std::string detail = detail_of(command, call.args, outcome);
  if (outcome == "ok" && !call.on_record.empty()) {
    detail += (detail.empty() ? "" : " ") + call.on_record;
  }
  detail = without_secrets(std::move(detail), call, apps);
  call.platform.events().record(call.actor, {.app = app_on_record(apps),
                                             .action = std::string(command.verb),
                                             .detail = std::move(detail),
                                             .result = std::string(outcome)});
}

void put_cut_on_record(const Command& command, const Invocation& call,
                       const std::vector<std::string>& apps) {
  call.platform.events().record(call.actor, {.app = app_on_record(apps),
                                             .action = std::string(command.verb),
                                             .detail = "",
                                             .result = "cut"});
}

void put_start_on_record(const Command& command, const Invocation& call,
                         const std::vector<std::string>& apps) {
  call.platform.events().record(call.actor, {.app = app_on_record(apps),
                                             .action = std::string(command.verb),
                                             .detail = "",
                                             .result = "begun"});
}

}  // namespace minpaas::sshd::commands
