#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

/// Private to this folder: reading a file of people's JSON, whose errors name the place.
namespace minpaas {

using Json = nlohmann::json;

/// One value of app.json with the way to it: `healthchecks.web[0].attempts`. It refers to the
/// document, which must outlive it.
class JsonValue {
 public:
  /// Whole document. Errors: InvalidInput (no JSON, with its line; nested too deeply).
  static Result<Json> parse(std::string_view text);

  JsonValue(const Json& json, std::string path) : json_(&json), path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const { return path_; }

  /// `app.json: PATH must be WANTED`
  [[nodiscard]] Error must_be(std::string_view wanted) const;
  /// `app.json: PATH: WHY`
  [[nodiscard]] Error wrong(std::string_view why) const;

  [[nodiscard]] bool is_text() const { return json_->is_string(); }

  /// Errors of these: InvalidInput (another type; out of range; text with a NUL, or too long).
  [[nodiscard]] Result<std::string> text() const;
  [[nodiscard]] Result<int> number(int least, int most) const;
  [[nodiscard]] Result<bool> flag() const;
  [[nodiscard]] Result<std::vector<JsonValue>> items(std::size_t most) const;
  [[nodiscard]] Result<std::vector<std::pair<std::string, JsonValue>>> members(
      std::size_t most) const;
  /// A member that is there and not null. Errors: InvalidInput (this is no object).
  [[nodiscard]] Result<std::optional<JsonValue>> find(std::string_view key) const;

  /// The member as a text, number or flag; absent when it is not there.
  [[nodiscard]] Result<std::optional<std::string>> find_text(std::string_view key) const;
  [[nodiscard]] Result<std::optional<int>> find_number(std::string_view key, int least,
                                                       int most) const;
  [[nodiscard]] Result<std::optional<bool>> find_flag(std::string_view key) const;

 private:
  [[nodiscard]] std::string below(std::string_view key) const;

  const Json* json_;
  std::string path_;
};

}  // namespace minpaas
