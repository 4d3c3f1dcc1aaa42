#include "core/state/build_secret_store.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::at_second;

class BuildSecretRows : public testing::Test {
 protected:
  BuildSecretStore store() { return {file_.database(), secret_}; }

  static ConfigVars vars(std::string_view key, std::string value) {
    return {{*ConfigKey::parse(key), Secret(std::move(value))}};
  }

  test::StateFile file_;
  SecretKey secret_ = *SecretKey::load_or_create(file_.path().parent_path() / "key", false);
  AppName app_ = add_app(file_, "blog").name;
  ConfigKey token_ = *ConfigKey::parse("TOKEN");
};

TEST_F(BuildSecretRows, AreKeptOverARestartAndTheNewestCounts) {
  EXPECT_FALSE(*store().has_values());
  ASSERT_TRUE(store().set(app_, vars("TOKEN", "old"), "ada", at_second(1)));
  ASSERT_TRUE(store().set(app_, vars("TOKEN", std::string("new\n\xff")), "bob", at_second(2)));
  file_.reopen();
  EXPECT_TRUE(*store().has_values());
  EXPECT_EQ(*store().values(app_), vars("TOKEN", "new\n\xff"));
  const auto rows = *store().of_app(app_);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].key, token_);
  EXPECT_EQ(rows[0].set_by, "bob");
  EXPECT_EQ(rows[0].set_at, at_second(2));
}

TEST_F(BuildSecretRows, KeepTheCachesOfAppsApart) {
  const AppName other = add_app(file_, "shop").name;
  const auto of = [&](const AppName& app, const ConfigVars& values) {
    return *store().cache_scopes(app, values);
  };
  const auto first = of(app_, vars("TOKEN", "x"));
  EXPECT_EQ(first.mounts.size(), 32U);
  EXPECT_EQ(first.steps.size(), 32U);
  EXPECT_EQ(of(app_, vars("TOKEN", "x")).steps, first.steps);
  EXPECT_NE(of(app_, vars("TOKEN", "y")).steps, first.steps);
  EXPECT_NE(of(other, vars("TOKEN", "x")).steps, first.steps);
  EXPECT_EQ(of(app_, {}).mounts, first.mounts);
  EXPECT_EQ(of(app_, {}).steps, "");
  EXPECT_NE(of(other, {}).mounts, first.mounts);
}

TEST_F(BuildSecretRows, AreUnsetAllOrNone) {
  ASSERT_TRUE(store().set(app_, vars("TOKEN", "x"), "ada", at_second(1)));
  const auto missing = *ConfigKey::parse("MISSING");
  EXPECT_EQ(store().unset(app_, {token_, missing}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().values(app_)->size(), 1U);
  ASSERT_TRUE(store().unset(app_, {token_}));
  EXPECT_TRUE(store().values(app_)->empty());
}

TEST_F(BuildSecretRows, OfOneAppAreNotOpenedAsThoseOfAnother) {
  ASSERT_TRUE(store().set(app_, vars("TOKEN", "x"), "ada", at_second(1)));
  const AppName other = add_app(file_, "shop").name;
  EXPECT_TRUE(store().values(other)->empty());
  ASSERT_TRUE(file_.database().write([](SQLite::Database& connection) -> Result<void> {
    connection.exec("UPDATE build_secrets SET app_id = (SELECT id FROM apps WHERE name = 'shop')");
    return {};
  }));
  EXPECT_EQ(store().values(other).error().code, ErrorCode::Corrupt);
}

TEST_F(BuildSecretRows, GoWithTheirApp) {
  ASSERT_TRUE(store().set(app_, vars("TOKEN", "x"), "ada", at_second(1)));
  ASSERT_TRUE(file_.apps().destroy(app_));
  EXPECT_FALSE(*store().has_values());
  EXPECT_EQ(store().values(app_).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::state
