#include "core/app/access_scope.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

AccessScope scope_of(const std::vector<std::string>& texts) {
  std::vector<ScopeRule> rules;
  for (const std::string& text : texts) {
    rules.push_back(*ScopeRule::parse(text));
  }
  return AccessScope(rules);
}

TEST(Glob, FitsWholeTextsOnly) {
  for (const auto& [pattern, text] :
       std::vector<std::pair<std::string, std::string>>{{"ps", "ps"},
                                                        {"ps:*", "ps:scale"},
                                                        {"*", ""},
                                                        {"*", "apps"},
                                                        {"a*c*e", "abcde"},
                                                        {"*:set", "config:set"},
                                                        {"a**b", "ab"},
                                                        {"*ab", "aab"}}) {
    EXPECT_TRUE(fits_glob(pattern, text)) << pattern << " " << text;
  }
  for (const auto& [pattern, text] :
       std::vector<std::pair<std::string, std::string>>{{"ps", "ps:scale"},
                                                        {"ps:*", "ps"},
                                                        {"", "x"},
                                                        {"a*c", "abd"},
                                                        {"*:set", "config:unset"}}) {
    EXPECT_FALSE(fits_glob(pattern, text)) << pattern << " " << text;
  }
}

TEST(Scope, WithoutRulesIsEverything) {
  EXPECT_TRUE(AccessScope().allows("apps:destroy", {"blog"}));
  EXPECT_TRUE(AccessScope().is_everything());
}

TEST(Scope, IsWhatOneRuleNames) {
  const AccessScope scope = scope_of({"releases*@blog", "ps:*@shop-*", "version"});
  EXPECT_TRUE(scope.allows("releases", {"blog"}));
  EXPECT_TRUE(scope.allows("releases:info", {"blog"}));
  EXPECT_FALSE(scope.allows("releases", {"shop"}));
  EXPECT_TRUE(scope.allows("ps:scale", {"shop-1"}));
  EXPECT_FALSE(scope.allows("ps", {"shop-1"}));
  EXPECT_TRUE(scope.allows("version", {}));
}

TEST(Scope, OfAnAppReachesNoCommandWithoutAnApp) {
  EXPECT_FALSE(scope_of({"*@*"}).allows("keys", {}));
  EXPECT_FALSE(scope_of({"*@blog"}).allows("apps", {}));
}

TEST(Scope, HoldsForAllAppsOfACommand) {
  EXPECT_FALSE(scope_of({"*@blog"}).allows("apps:rename", {"blog", "shop"}));
  EXPECT_TRUE(scope_of({"*@*"}).allows("apps:rename", {"blog", "shop"}));
}

TEST(ScopeRule, ReadsBackWhatItWrites) {
  for (const char* text : {"*", "ps:*", "releases*@blog", "*@*"}) {
    EXPECT_EQ(ScopeRule::parse(text)->str(), text);
  }
}

TEST(ScopeRule, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("@"), std::string("ps@"), std::string("@blog"),
        std::string("ps@blog@x"), std::string("PS"), std::string("ps blog"), std::string("ps\n"),
        std::string(101, 'a')}) {
    EXPECT_FALSE(ScopeRule::parse(text)) << text;
  }
}

}  // namespace
}  // namespace minpaas
