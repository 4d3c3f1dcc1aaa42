#include "hooks/assembly.h"

#include <gmock/gmock.h>

#include "core/router/direct_router.h"
#include "tests/support/fake_engine.h"
#include "tests/support/temp_dir.h"

namespace minpaas::hooks {
namespace {

class Wiring : public testing::Test {
 protected:
  Wiring() { settings_.server.data_dir = folder_.path() / "data"; }

  Result<std::unique_ptr<Assembly>> make() {
    return Assembly::make(settings_, {engine_, router_, clock_, {}});
  }

  test::TempDir folder_;
  config::Settings settings_;
  test::FakeEngine engine_;
  router::DirectRouter router_{engine_, {}};
  RealClock clock_;
  Actor admin_{1, "ada", Role::Admin, "SHA256:x", ""};
};

TEST_F(Wiring, MakesAServerThatKeepsItsAppsOverARestart) {
  const AppName app = *AppName::parse("blog");
  std::string instance;
  int port = 0;
  {
    const auto server = make();
    ASSERT_TRUE(server) << server.error().for_log();
    ASSERT_TRUE((*server)->start());
    instance = (*server)->instance();
    const auto created = (*server)->platform().create_app(admin_, app);
    ASSERT_TRUE(created) << created.error().for_log();
    port = created->port;
    (*server)->stop(milliseconds(0));
  }
  const auto server = make();
  ASSERT_TRUE(server);
  ASSERT_TRUE((*server)->start());
  EXPECT_EQ((*server)->instance(), instance);
  EXPECT_EQ((*server)->platform().app(admin_, app)->port, port);
}

TEST_F(Wiring, StartsWithoutAnEngine) {
  engine_.go_down();
  const auto server = make();
  ASSERT_TRUE(server);
  EXPECT_TRUE((*server)->start());
  EXPECT_TRUE((*server)->platform().apps(admin_));
}

TEST_F(Wiring, RefusesAFolderThatAnotherServerUses) {
  const auto first = make();
  ASSERT_TRUE(first);
  const auto second = make();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
}

}  // namespace
}  // namespace minpaas::hooks
