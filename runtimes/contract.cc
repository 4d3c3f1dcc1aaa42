#include "runtimes/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace minpaas::runtimes {
namespace {

bool same_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

Violation missing_file(const std::string& file, const SourceTree& tree) {
  for (const std::string& entry : tree.root_entries()) {
    if (entry != file && same_but_for_case(entry, file)) {
      return {file, fmt::format("{} is missing ({} is there, but case matters)", file, entry)};
    }
    if (entry == file + "/") {
      return {file, fmt::format("{} is a folder, not a file", file)};
    }
  }
  return {file, file + " is missing"};
}

/// The line on which JSON stops being JSON; 0 when it does not.
std::ptrdiff_t broken_line(const std::string& text) {
  try {
    const nlohmann::json whole = nlohmann::json::parse(text);
    return whole.is_discarded() ? 1 : 0;
  } catch (const nlohmann::json::parse_error& broken) {
    // `byte` counts from 1, and is behind the end where more was expected.
    const std::size_t end = broken.byte > text.size() ? text.find_last_not_of(" \t\r\n") + 1
                                                      : std::max<std::size_t>(broken.byte, 1) - 1;
    return 1 + std::ranges::count(std::string_view(text).substr(0, end), '\n');
  }
}

Violation broken_json(const std::string& file, const std::string& text) {
  const auto line = broken_line(text);
  return line == 0 ? Violation{file, file + " is nested too deeply", "make it flatter"}
                   : Violation{file, fmt::format("{} is not valid JSON (line {})", file, line),
                               fmt::format("correct the JSON of {}", file)};
}

/// The document, or a discarded value when it is broken or nested too deeply.
nlohmann::json parse_json(const std::string& text) {
  bool too_deep = false;
  const auto bound_depth = [&too_deep](int depth, nlohmann::json::parse_event_t /*event*/,
                                       nlohmann::json& /*parsed*/) {
    too_deep = too_deep || depth > kMostJsonDepth;
    return !too_deep;
  };
  auto document = nlohmann::json::parse(text, bound_depth, /*allow_exceptions=*/false);
  return too_deep ? nlohmann::json(nlohmann::json::value_t::discarded) : document;
}

bool holds_text(const nlohmann::json& document, const std::vector<std::string>& keys) {
  const nlohmann::json* at = &document;
  for (const std::string& key : keys) {
    const auto found = at->is_object() ? at->find(key) : at->end();
    if (found == at->end()) {
      return false;
    }
    at = &*found;
  }
  return at->is_string() && !trim(at->get_ref<const std::string&>()).empty();
}

std::vector<Violation> check_json(const JsonRule& rule, const SourceTree& tree) {
  if (!tree.has_file(rule.file)) {
    return {missing_file(rule.file, tree)};
  }
  const auto text = tree.read(rule.file, kMostJsonBytes);
  if (!text) {
    return {{rule.file, text.error().message}};
  }
  const nlohmann::json document = parse_json(*text);
  if (document.is_discarded()) {
    return {broken_json(rule.file, *text)};
  }
  if (!holds_text(document, rule.keys)) {
    return {{rule.path(), fmt::format("{} has no {}", rule.file, rule.path())}};
  }
  return {};
}

}  // namespace

Result<JsonRule> JsonRule::parse(std::string_view text) {
  const auto colon = text.find(':');
  JsonRule rule;
  if (colon != std::string_view::npos && colon > 0) {
    rule.file = text.substr(0, colon);
    for (const std::string_view key : split(text.substr(colon + 1), '.')) {
      rule.keys.emplace_back(key);
    }
  }
  if (rule.keys.empty() || std::ranges::find(rule.keys, "") != rule.keys.end()) {
    return Error{ErrorCode::InvalidInput, fmt::format("`{}` is not FILE:KEY.KEY", text), "", ""};
  }
  return rule;
}

std::string JsonRule::path() const {
  return fmt::format("{}", fmt::join(keys, "."));
}

std::vector<std::string> Contract::wants() const {
  std::vector<std::string> wants;
  for (const std::string& file : all_of) {
    if (std::ranges::find(json_has, file, &JsonRule::file) == json_has.end()) {
      wants.push_back(file);
    }
  }
  for (const JsonRule& rule : json_has) {
    wants.push_back(fmt::format("{} with {}", rule.file, rule.path()));
  }
  return wants;
}

std::vector<Violation> check(const Contract& contract, const SourceTree& tree) {
  std::vector<Violation> violations;
  for (const std::string& file : contract.all_of) {
    if (!tree.has_file(file)) {
      violations.push_back(missing_file(file, tree));
    }
  }
  for (const JsonRule& rule : contract.json_has) {
    for (Violation& violation : check_json(rule, tree)) {
      const bool known = std::ranges::any_of(violations, [&violation](const Violation& other) {
        return other.subject == violation.subject;
      });
      if (!known) {
        violations.push_back(std::move(violation));
      }
    }
  }
  return violations;
}

std::string join_for_people(const std::vector<std::string>& parts) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      joined += i + 1 == parts.size() ? " and " : ", ";
    }
    joined += parts[i];
  }
  return joined;
}

}  // namespace minpaas::runtimes
