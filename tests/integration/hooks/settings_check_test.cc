#include "hooks/settings_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/support/known_keys.h"
#include "tests/support/temp_dir.h"

namespace minpaas::hooks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SettingsCheck, KnowsTheRuntimesThatCameWithTheProgram) {
  config::Settings settings;
  settings.images.base = {{"node", "node:20-slim"}, {"python", "python:3.12-slim"}};
  const auto catalog = load_catalog(settings);
  ASSERT_TRUE(catalog);
  EXPECT_NE(catalog->find("python"), nullptr);
}

TEST(SettingsCheck, RefusesTheImageOfARuntimeThatIsNotThere) {
  config::Settings settings;
  settings.images.base = {{"pithon", "python:3.12-slim"}};
  const Error error = load_catalog(settings).error();
  EXPECT_EQ(error.code, ErrorCode::InvalidInput);
  EXPECT_EQ(error.message, "[images] pithon: there is no such runtime");
  EXPECT_EQ(error.hint, "did you mean python?");
  settings.images.base = {{"cobol", "cobol:60"}};
  EXPECT_THAT(load_catalog(settings).error().hint, HasSubstr("node, python and static"));
}

TEST(SettingsCheck, DoubtsAKeyFileThatLetsNobodyIn) {
  const test::TempDir folder;
  config::Settings settings;
  EXPECT_THAT(doubts_about(settings), IsEmpty());
  settings.access.admin_keys = folder.path() / "admin_keys";
  EXPECT_THAT(doubts_about(settings), ElementsAre(HasSubstr("admin_keys: ")));
  ASSERT_TRUE(create_file(settings.access.admin_keys, "# nobody yet\n", 0600));
  EXPECT_THAT(doubts_about(settings), ElementsAre(HasSubstr("holds no key that can be used")));
  ASSERT_TRUE(write_file_atomically(settings.access.admin_keys,
                                    std::string(test::kEd25519.line) + "\n", 0600));
  EXPECT_THAT(doubts_about(settings), IsEmpty());
}

}  // namespace
}  // namespace minpaas::hooks
