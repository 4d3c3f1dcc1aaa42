#include "core/state/config_store.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;
using test::at_second;
using test::StateFile;

ConfigKey key(std::string_view text) {
  return ConfigKey::parse(text).value();
}

ConfigVars vars(std::initializer_list<std::pair<std::string_view, std::string>> pairs) {
  ConfigVars made;
  for (const auto& [name, value] : pairs) {
    made.emplace(key(name), Secret(value));
  }
  return made;
}

class Config : public testing::Test {
 protected:
  int set(const ConfigVars& values) {
    return store_.change(app_, values, {}, at_second(1)).value();
  }

  int unset(std::string_view name) {
    return store_.change(app_, {}, {key(name)}, at_second(1)).value();
  }

  void run(const char* statement) {
    ASSERT_TRUE(file_.database().write([&](SQLite::Database& connection) -> Result<void> {
      connection.exec(statement);
      return {};
    }));
  }

  StateFile file_;
  AppName app_ = add_app(file_, "blog").name;
  SecretKey secret_ = SecretKey::load_or_create(file_.folder() / "secret.key", false).value();
  ConfigStore store_{file_.database(), secret_};
};

TEST_F(Config, IsVersionZeroAndEmptyAtFirst) {
  const auto latest = store_.latest(app_).value();
  EXPECT_EQ(latest.first, 0);
  EXPECT_TRUE(latest.second.empty());
  EXPECT_TRUE(store_.at(app_, 0)->empty());
  EXPECT_FALSE(store_.has_values().value());
}

TEST_F(Config, MakesAVersionOfTheWholeSetForEveryChange) {
  EXPECT_EQ(set(vars({{"A", "1"}, {"B", "2"}})), 1);
  EXPECT_EQ(set(vars({{"B", "3"}, {"C", "4"}})), 2);
  EXPECT_EQ(unset("A"), 3);
  EXPECT_EQ(store_.at(app_, 1).value(), vars({{"A", "1"}, {"B", "2"}}));
  EXPECT_EQ(store_.at(app_, 2).value(), vars({{"A", "1"}, {"B", "3"}, {"C", "4"}}));
  const auto latest = store_.latest(app_).value();
  EXPECT_EQ(latest.first, 3);
  EXPECT_EQ(latest.second, vars({{"B", "3"}, {"C", "4"}}));
  EXPECT_TRUE(store_.has_values().value());
}

TEST_F(Config, SetsAndUnsetsInOneVersion) {
  set(vars({{"A", "1"}, {"B", "2"}}));
  EXPECT_EQ(store_.change(app_, vars({{"C", "3"}}), {key("A")}, at_second(1)).value(), 2);
  EXPECT_EQ(store_.latest(app_)->second, vars({{"B", "2"}, {"C", "3"}}));
}

TEST_F(Config, WritesNothingWhenNothingChanges) {
  EXPECT_EQ(unset("A"), 0);
  set(vars({{"A", "1"}}));
  EXPECT_EQ(set(vars({{"A", "1"}})), 1);
  EXPECT_EQ(unset("NEVER_SET"), 1);
}

TEST_F(Config, CanBecomeEmptyAgain) {
  set(vars({{"A", "1"}}));
  EXPECT_EQ(unset("A"), 2);
  EXPECT_TRUE(store_.latest(app_)->second.empty());
  EXPECT_EQ(store_.at(app_, 1).value(), vars({{"A", "1"}}));
}

TEST_F(Config, KeepsAnyValueAsItIs) {
  const ConfigVars odd = vars({{"EMPTY", ""},
                               {"LINES", "a\r\nb\n"},
                               {"QUOTES", R"('"`$HOME\)"},
                               {"UTF8", "grün ✓"},
                               {"BYTES", "\xff\xfe\x01"},
                               {"LARGE", std::string(kMostConfigValueBytes, 'x')}});
  set(odd);
  EXPECT_EQ(store_.latest(app_)->second, odd);
}

TEST_F(Config, GoesBackToAnOlderVersionAsANewOne) {
  set(vars({{"A", "1"}}));
  set(vars({{"A", "2"}}));
  EXPECT_EQ(store_.revert_to(app_, 1, at_second(2)).value(), 3);
  EXPECT_EQ(store_.latest(app_)->second, vars({{"A", "1"}}));
  EXPECT_EQ(store_.at(app_, 2).value(), vars({{"A", "2"}}));
  EXPECT_EQ(store_.revert_to(app_, 3, at_second(2)).value(), 3) << "it is the newest already";
  EXPECT_EQ(store_.revert_to(app_, 0, at_second(2)).value(), 4);
  EXPECT_TRUE(store_.latest(app_)->second.empty());
  EXPECT_EQ(store_.revert_to(app_, 9, at_second(2)).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store_.at(app_, 9).error().code, ErrorCode::NotFound);
}

TEST_F(Config, IsNotInTheFilesInPlainText) {
  set(vars({{"A", "needle-in-the-file"}}));
  for (const char* suffix : {"", "-wal"}) {
    const auto content = read_file(file_.path().string() + suffix, 10U << 20).value();
    EXPECT_EQ(content.find("needle-in-the-file"), std::string::npos) << suffix;
  }
}

TEST_F(Config, DetectsValuesSwappedBetweenKeys) {
  set(vars({{"ADMIN", "no"}, {"DEBUG", "yes"}}));
  run("UPDATE config_vars SET key = CASE key WHEN 'ADMIN' THEN 'X' ELSE 'ADMIN' END");
  const auto latest = store_.latest(app_);
  ASSERT_FALSE(latest);
  EXPECT_EQ(latest.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(latest.error().for_log().find("yes"), std::string::npos);
}

TEST_F(Config, DetectsValuesMovedToAnotherApp) {
  set(vars({{"TOKEN", "of blog"}}));
  const AppName other = add_app(file_, "shop").name;
  ASSERT_TRUE(store_.change(other, vars({{"TOKEN", "of shop"}}), {}, at_second(1)));
  run("UPDATE config_vars SET sealed = (SELECT sealed FROM config_vars ORDER BY app_id LIMIT 1)");
  EXPECT_TRUE(store_.latest(app_));
  EXPECT_EQ(store_.latest(other).error().code, ErrorCode::Corrupt);
}

TEST_F(Config, SaysWhatIsNotThere) {
  const AppName unknown = app_name("nope");
  EXPECT_EQ(store_.latest(unknown).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store_.change(unknown, {}, {}, at_second(1)).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::state
