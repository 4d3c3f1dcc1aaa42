#include "runtimes/recipe.h"

#include <fmt/format.h>
#include <ini.h>

#include <functional>
#include <set>

#include "core/base/file.h"
#include "core/base/text.h"

namespace minpaas::runtimes {
namespace {

using Put = std::function<Result<void>(RecipeText&, std::string_view value)>;

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  for (const std::string_view word : split(text, ' ')) {
    if (!trim(word).empty()) {
      found.emplace_back(trim(word));
    }
  }
  return found;
}

Put text(std::string Runtime::*field) {
  return [field](RecipeText& recipe, std::string_view value) -> Result<void> {
    recipe.runtime.*field = value;
    return {};
  };
}

Put number(int Runtime::*field, long long least, long long most) {
  return [=](RecipeText& recipe, std::string_view value) -> Result<void> {
    recipe.runtime.*field = static_cast<int>(TRY(parse_number(value, "the value", least, most)));
    return {};
  };
}

Result<bool> parse_yes_no(std::string_view value) {
  if (value != "yes" && value != "no") {
    return Error{ErrorCode::InvalidInput, "the value must be yes or no", "", ""};
  }
  return value == "yes";
}

Result<void> put_alone(RecipeText& recipe, std::string_view value) {
  recipe.runtime.alone = TRY(parse_yes_no(value));
  return {};
}

Result<void> put_origin(RecipeText& recipe, std::string_view value) {
  if (value != "own" && value != "repository") {
    return Error{ErrorCode::InvalidInput, "the value must be own or repository", "", ""};
  }
  recipe.from_repository = value == "repository";
  return {};
}

Result<void> put_signs(RecipeText& recipe, std::string_view value) {
  recipe.runtime.signs = words(value);
  return {};
}

Result<void> put_dependencies(RecipeText& recipe, std::string_view value) {
  recipe.runtime.dependencies = words(value);
  return {};
}

Put files(Contract Runtime::*contract) {
  return [contract](RecipeText& recipe, std::string_view value) -> Result<void> {
    (recipe.runtime.*contract).all_of = words(value);
    return {};
  };
}

Put json_rules(Contract Runtime::*contract) {
  return [contract](RecipeText& recipe, std::string_view value) -> Result<void> {
    for (const std::string& word : words(value)) {
      (recipe.runtime.*contract).json_has.push_back(TRY(JsonRule::parse(word)));
    }
    return {};
  };
}

/// Every key of a runtime.ini, beside the free ones of [missing] and [failed].
const std::map<std::string, Put, std::less<>>& known_keys() {
  static const std::map<std::string, Put, std::less<>> keys = {
      {"runtime.port", number(&Runtime::internal_port, 1, 65535)},
      {"runtime.base_image", text(&Runtime::base_image)},
      {"runtime.default_command", text(&Runtime::default_command)},
      {"runtime.recipe", put_origin},
      {"detect.precedence", number(&Runtime::precedence, 0, 1000)},
      {"detect.any_of", put_signs},
      {"detect.alone", put_alone},
      {"dependencies.files", put_dependencies},
      {"contract.all_of", files(&Runtime::contract)},
      {"contract.json_has", json_rules(&Runtime::contract)},
      {"contract_without_web.all_of", files(&Runtime::contract_without_web)},
      {"contract_without_web.json_has", json_rules(&Runtime::contract_without_web)},
  };
  return keys;
}

/// Gathers what inih reports; the first error stays.
struct Reading {
  RecipeText recipe;
  std::set<std::string> seen;
  std::string complaint;

  Result<void> put(std::string_view section, std::string_view name, std::string_view value) {
    const std::string key = fmt::format("{}.{}", section, name);
    if (!seen.insert(key).second) {
      return Error{ErrorCode::InvalidInput, "it stands twice", "", ""};
    }
    if (section == "missing" || section == "failed") {
      auto& words = section == "missing" ? recipe.runtime.advice : recipe.runtime.failures;
      words.emplace(name, value);
      return {};
    }
    const auto known = known_keys().find(key);
    if (known == known_keys().end()) {
      return Error{ErrorCode::InvalidInput, "there is no such key", "", ""};
    }
    return known->second(recipe, value);
  }
};

/// inih's callback: 0 marks the line as the wrong one, and reading goes on.
int take_line(void* user, const char* section, const char* name, const char* value) noexcept {
  auto& reading = *static_cast<Reading*>(user);
  const auto done = reading.put(section, name, value);
  if (!done && reading.complaint.empty()) {
    reading.complaint = fmt::format("[{}] {}: {}", section, name, done.error().message);
  }
  return done ? 1 : 0;
}

Result<void> require_complete(const RecipeText& recipe, std::string_view file) {
  const Runtime& runtime = recipe.runtime;
  std::string_view missing;
  if (runtime.signs.empty()) {
    missing = "[detect] any_of";
  } else if (!recipe.from_repository && runtime.internal_port == 0) {
    missing = "[runtime] port";
  } else if (!recipe.from_repository && runtime.base_image.empty()) {
    missing = "[runtime] base_image";
  }
  if (!missing.empty()) {
    return Error{ErrorCode::InvalidInput, fmt::format("{}: {} is missing", file, missing), "", ""};
  }
  return {};
}

}  // namespace

Result<RecipeText> parse_recipe(const std::string& ini, std::string_view file) {
  Reading reading;
  const int bad_line = ini_parse_string(ini.c_str(), take_line, &reading);
  if (bad_line != 0) {
    const std::string_view why = reading.complaint.empty() ? "this is no `key = value`"
                                                           : std::string_view(reading.complaint);
    return Error{ErrorCode::InvalidInput, fmt::format("{}:{}: {}", file, bad_line, why), "", ""};
  }
  TRY(require_complete(reading.recipe, file));
  return std::move(reading.recipe);
}

Result<Runtime> read_recipe(const std::filesystem::path& folder) {
  const auto ini_path = folder / "runtime.ini";
  const std::string ini = TRY(read_file(ini_path, kMostRecipeBytes));
  RecipeText recipe = TRY(parse_recipe(ini, ini_path.string()));
  Runtime runtime = std::move(recipe.runtime);
  runtime.name = folder.filename().string();
  if (recipe.from_repository) {
    return runtime;
  }
  runtime.dockerfile = TRY(read_file(folder / "Dockerfile", kMostRecipeBytes));
  if (trim(runtime.dockerfile).empty()) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("{} is empty", (folder / "Dockerfile").string()), "", ""};
  }
  return runtime;
}

}  // namespace minpaas::runtimes
