#include "runtimes/recipe.h"

#include <gtest/gtest.h>

namespace minpaas::runtimes {
namespace {

constexpr const char* kWhole =
    "[runtime]\nport = 1\nbase_image = b\ndefault_command = c --flag=x\n"
    "[detect]\nprecedence = 7\nany_of = a b\nalone = yes\n"
    "[dependencies]\nfiles = a *b\n[contract]\nall_of = a\njson_has = f:x.y\n[missing]\nx.y = add "
    "it\n"
    "[failed]\npip install = pip install failed\n";

std::string error_of(const std::string& ini) {
  const auto recipe = parse_recipe(ini, "f.ini");
  return recipe ? "" : recipe.error().message;
}

TEST(Recipe, ReadsEveryKey) {
  const auto recipe = parse_recipe(kWhole, "f.ini");
  ASSERT_TRUE(recipe) << recipe.error().message;
  const Runtime& runtime = recipe->runtime;
  EXPECT_EQ(runtime.internal_port, 1);
  EXPECT_EQ(runtime.base_image, "b");
  EXPECT_EQ(runtime.default_command, "c --flag=x");
  EXPECT_EQ(runtime.precedence, 7);
  EXPECT_EQ(runtime.signs, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(runtime.alone);
  EXPECT_EQ(runtime.contract.all_of, std::vector<std::string>{"a"});
  EXPECT_EQ(runtime.dependencies, (std::vector<std::string>{"a", "*b"}));
  ASSERT_EQ(runtime.contract.json_has.size(), 1U);
  EXPECT_EQ(runtime.contract.json_has.front().path(), "x.y");
  EXPECT_EQ(runtime.advice.at("x.y"), "add it");
  EXPECT_EQ(runtime.failures.at("pip install"), "pip install failed");
  EXPECT_FALSE(recipe->from_repository);
}

TEST(Recipe, NamesTheLineOfAnUnknownKeyOrABadValue) {
  EXPECT_EQ(error_of("[runtime]\nprot = 1\n"), "f.ini:2: [runtime] prot: there is no such key");
  EXPECT_EQ(error_of("[runtime]\n\nport = 70000\n").substr(0, 25), "f.ini:3: [runtime] port: ");
  EXPECT_EQ(error_of("[detect]\nalone = maybe\n"),
            "f.ini:2: [detect] alone: the value must be yes or no");
  EXPECT_EQ(error_of("[runtime]\nrecipe = theirs\n"),
            "f.ini:2: [runtime] recipe: the value must be own or repository");
  EXPECT_EQ(error_of("[contract]\njson_has = f\n"),
            "f.ini:2: [contract] json_has: `f` is not FILE:KEY.KEY");
  EXPECT_EQ(error_of("[runtime]\nport = 1\nport = 2\n"),
            "f.ini:3: [runtime] port: it stands twice");
  EXPECT_EQ(error_of("[runtime]\nwhat is this\n"), "f.ini:2: this is no `key = value`");
}

TEST(Recipe, NamesTheKeyThatIsMissing) {
  EXPECT_EQ(error_of(""), "f.ini: [detect] any_of is missing");
  EXPECT_EQ(error_of("[detect]\nany_of = a\n"), "f.ini: [runtime] port is missing");
  EXPECT_EQ(error_of("[detect]\nany_of = a\n[runtime]\nport = 1\n"),
            "f.ini: [runtime] base_image is missing");
  EXPECT_EQ(error_of("[detect]\nany_of = a\n[runtime]\nrecipe = repository\n"), "");
}

}  // namespace
}  // namespace minpaas::runtimes
