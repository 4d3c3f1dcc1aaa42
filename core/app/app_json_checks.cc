#include "core/app/app_json_checks.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/base/web_url.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostHeaders = 20;
constexpr std::size_t kMostWords = 100;
constexpr int kMostSeconds = 3600;
constexpr int kMostAttempts = 1000;

using Headers = std::vector<std::pair<std::string, std::string>>;

bool is_printable(char c) {
  return c > ' ' && c < '\x7f';
}

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_printable(c) && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_printable(c) || c == ' ' || c == '\t'; });
}

Result<CheckKind> read_kind(const JsonValue& check) {
  const auto type = TRY(check.find("type"));
  if (!type) {
    return CheckKind::Startup;
  }
  const std::string text = TRY(type->text());
  for (const CheckKind kind : {CheckKind::Startup, CheckKind::Liveness, CheckKind::Readiness}) {
    if (text == to_string(kind)) {
      return kind;
    }
  }
  return text.empty() ? Result(CheckKind::Startup)
                      : type->must_be("startup, liveness or readiness");
}

Result<std::string> read_path(const JsonValue& check) {
  const auto path = TRY(check.find("path"));
  if (!path) {
    return std::string();
  }
  auto text = TRY(path->text());
  return text.empty() || is_check_path(text) ? Result(std::move(text))
                                             : path->must_be("a path such as /up, without spaces");
}

Result<std::vector<std::string>> read_command(const JsonValue& check) {
  std::vector<std::string> words;
  const auto command = TRY(check.find("command"));
  if (!command) {
    return words;
  }
  for (const JsonValue& word : TRY(command->items(kMostWords))) {
    words.push_back(TRY(word.text()));
  }
  if (!words.empty() && words.front().empty()) {
    return command->wrong("the program has no name");
  }
  return words;
}

Result<FailureHook> read_failure_hook(const JsonValue& check) {
  FailureHook hook;
  const auto value = TRY(check.find("onFailure"));
  if (!value) {
    return hook;
  }
  hook.command = TRY(read_command(*value));
  hook.url = TRY(value->find_text("url")).value_or("");
  if (!hook.url.empty() && !is_web_url(hook.url)) {
    return value->wrong("url must be an http or https URL without a user");
  }
  return hook;
}

Result<Headers> read_headers(const JsonValue& check) {
  Headers headers;
  const auto list = TRY(check.find("httpHeaders"));
  if (!list) {
    return headers;
  }
  for (const JsonValue& item : TRY(list->items(kMostHeaders))) {
    const auto name = TRY(item.find_text("name"));
    const auto value = TRY(item.find_text("value"));
    if (!name || !is_token(*name)) {
      return item.wrong("name must be the name of an HTTP header");
    }
    if (!is_header_value(value.value_or(""))) {
      return item.wrong("value must be printable text");
    }
    headers.emplace_back(*name, value.value_or(""));
  }
  return headers;
}

std::optional<seconds> to_seconds(std::optional<int> number) {
  return number ? std::optional(seconds(*number)) : std::nullopt;
}

Result<void> require_http(const JsonValue& check) {
  const auto scheme = TRY(check.find("scheme"));
  if (!scheme) {
    return {};
  }
  const auto text = TRY(scheme->text());
  const bool is_http = text.empty() || text == "http" || text == "HTTP";
  return is_http ? Result<void>() : scheme->must_be("http: that is what a container speaks");
}

Result<void> require_one_way(const JsonValue& value, const HealthCheck& check) {
  const int ways = static_cast<int>(!check.path.empty()) +
                   static_cast<int>(!check.command.empty()) + static_cast<int>(check.listening) +
                   static_cast<int>(check.uptime.has_value());
  if (ways != 1) {
    return value.must_be("one of path, command, listening and uptime");
  }
  if (check.path.empty() && !check.content.empty()) {
    return value.wrong("content needs a path");
  }
  if (check.kind == CheckKind::Liveness && check.uptime) {
    return value.wrong("uptime is no liveness check");
  }
  return {};
}

Result<HealthCheck> read_check(const JsonValue& value) {
  HealthCheck check;
  check.kind = TRY(read_kind(value));
  check.name = TRY(value.find_text("name")).value_or("");
  check.path = TRY(read_path(value));
  check.content = TRY(value.find_text("content")).value_or("");
  check.headers = TRY(read_headers(value));
  check.command = TRY(read_command(value));
  check.listening = TRY(value.find_flag("listening")).value_or(false);
  check.uptime = to_seconds(TRY(value.find_number("uptime", 1, kMostSeconds)));
  check.port = TRY(value.find_number("port", 1, 65535)).value_or(0);
  check.attempts = TRY(value.find_number("attempts", 1, kMostAttempts));
  check.wait = to_seconds(TRY(value.find_number("wait", 0, kMostSeconds)));
  check.timeout = to_seconds(TRY(value.find_number("timeout", 1, kMostSeconds)));
  check.initial_delay =
      seconds(TRY(value.find_number("initialDelay", 0, kMostSeconds)).value_or(0));
  check.warn = TRY(value.find_flag("warn")).value_or(false);
  check.on_failure = TRY(read_failure_hook(value));
  TRY(require_http(value));
  TRY(require_one_way(value, check));
  return check;
}

void put(Json& json, const char* key, const std::optional<seconds>& value) {
  if (value) {
    json[key] = value->count();
  }
}

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) {
    json[key] = text;
  }
}

void put(Json& json, const char* key, const std::vector<std::string>& words) {
  if (!words.empty()) {
    json[key] = words;
  }
}

}  // namespace

Result<std::vector<HealthCheck>> read_checks(const JsonValue& list) {
  std::vector<HealthCheck> checks;
  for (const JsonValue& item : TRY(list.items(kMostChecks))) {
    checks.push_back(TRY(read_check(item)));
  }
  return checks;
}

Json to_json(const HealthCheck& check) {
  Json json{{"type", to_string(check.kind)}};
  put(json, "name", check.name);
  put(json, "path", check.path);
  put(json, "content", check.content);
  for (const auto& [name, value] : check.headers) {
    json["httpHeaders"].push_back({{"name", name}, {"value", value}});
  }
  put(json, "command", check.command);
  if (check.listening) {
    json["listening"] = true;
  }
  put(json, "uptime", check.uptime);
  if (check.port != 0) {
    json["port"] = check.port;
  }
  if (check.attempts) {
    json["attempts"] = *check.attempts;
  }
  put(json, "wait", check.wait);
  put(json, "timeout", check.timeout);
  json["initialDelay"] = check.initial_delay.count();
  json["warn"] = check.warn;
  if (!check.on_failure.empty()) {
    Json hook = Json::object();
    put(hook, "command", check.on_failure.command);
    put(hook, "url", check.on_failure.url);
    json["onFailure"] = std::move(hook);
  }
  return json;
}

}  // namespace minpaas
