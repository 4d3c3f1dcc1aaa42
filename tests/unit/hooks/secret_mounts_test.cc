#include "hooks/pipeline/secret_mounts.h"

#include <gmock/gmock.h>

namespace minpaas::hooks {
namespace {

using testing::HasSubstr;

ConfigVars vars() {
  return {{*ConfigKey::parse("A"), Secret("it's")}, {*ConfigKey::parse("B"), Secret("x\ny")}};
}

TEST(SecretMounts, AreOnEveryRunStepAndNoOtherLine) {
  const std::string text = with_secrets_in_environment(
      "FROM base\nENV A=RUN\nRUN one \\\n    && two\n# RUN not\nRUN three\nCOPY a b\n");
  EXPECT_THAT(text, testing::StartsWith("FROM base\nENV A=RUN\nRUN --mount=type=secret,"));
  EXPECT_THAT(text, HasSubstr("&& one \\\n    && two\n# RUN not\nRUN --mount=type=secret,"));
  EXPECT_THAT(text, testing::EndsWith("&& three\nCOPY a b\n"));
}

TEST(SecretMounts, AreNotInTheNamesOfSteps) {
  EXPECT_EQ(without_secret_mount("[2/3] " + with_secrets_in_environment("RUN npm ci")),
            "[2/3] RUN npm ci");
  EXPECT_EQ(without_secret_mount("[2/3] RUN npm ci"), "[2/3] RUN npm ci");
}

TEST(SecretMounts, HaveEachSecretAloneAndAllForAShell) {
  const auto secrets = secrets_for(vars());
  EXPECT_EQ(secrets.at("A").reveal(), "it's");
  EXPECT_EQ(secrets.at("B").reveal(), "x\ny");
  EXPECT_EQ(secrets.at(".env").reveal(), "A='it'\\''s'\nB='x\ny'\n");
  EXPECT_EQ(names_of(vars()), "A, B");
}

}  // namespace
}  // namespace minpaas::hooks
