// An app whose config vars cannot be opened, as after a wrong secret.key was put in place.
#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "sshd/commands/command_handler.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/memory_streams.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;
using test::Watcher;
using testing::HasSubstr;
using testing::Not;

class UnreadableConfig : public testing::Test {
 protected:
  UnreadableConfig() {
    bed_.start_queue();
    EXPECT_TRUE(bed_.push(app_, bed_.commit(app_, "one")));
    EXPECT_TRUE(bed_.platform().change_config(
        bed_.admin, app_, {{*ConfigKey::parse("PASSWORD"), Secret("hunter2hunter2")}}, {},
        Watcher().follow()));
    EXPECT_EQ(run("config:set blog PASSWORD=hunter2hunter2"), 0);
    EXPECT_TRUE(bed_.wait_idle(app_));
    EXPECT_TRUE(bed_.server().database->write([](SQLite::Database& connection) -> Result<void> {
      connection.exec("UPDATE config_vars SET sealed = zeroblob(64)");
      return {};
    }));
  }

  int run(const std::string& line) {
    said_.text.clear();
    test::MemoryReader in("");
    ExecStreams streams{in, said_, said_, {}};
    sshd::commands::CommandHandler handler(bed_.platform(), bed_.clock);
    return handler.run(
        {.actor = bed_.admin, .command = line, .env = {}, .window = {}, .terminal_type = {}},
        streams);
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  test::MemoryWriter said_;
};

TEST_F(UnreadableConfig, LeavesTheRecordOfAllAppsWhole) {
  EXPECT_EQ(run("ps blog"), 1);
  EXPECT_EQ(run("users:add bob"), 0);
  EXPECT_EQ(run("events"), 0);
  EXPECT_THAT(said_.text, HasSubstr("config:set blog (ok"));
  EXPECT_THAT(said_.text, HasSubstr("users:add bob (ok"));
  EXPECT_THAT(said_.text, Not(HasSubstr("PASSWORD")));
}

TEST_F(UnreadableConfig, KeepsNobodyFromDestroyingTheApp) {
  EXPECT_EQ(run("maintenance:on blog"), 0);
  EXPECT_EQ(run("apps:destroy blog --confirm blog"), 0) << said_.text;
  EXPECT_EQ(said_.text, "Destroyed blog\n");
  EXPECT_EQ(bed_.platform().app(bed_.admin, app_).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(bed_.engine.list_containers({})->empty());
}

}  // namespace
}  // namespace minpaas::hooks
