#include "hooks/logs/lifecycle_log.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "hooks/logs/request_journal.h"
#include "tests/support/state_file.h"

namespace minpaas::hooks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Lines about apps, and a store that may fail.
class AppLines : public testing::Test {
 protected:
  void break_store() {
    ASSERT_TRUE(file_.database().write([](SQLite::Database& connection) -> Result<void> {
      connection.exec("ALTER TABLE apps RENAME TO elsewhere");
      return {};
    }));
  }

  std::vector<std::string> lines(JournalTopic topic) {
    std::vector<std::string> texts;
    EXPECT_TRUE(journal_.read("blog", topic, {},
                              [&](const docker::LogLine& line) {
                                texts.push_back(line.text);
                                return true;
                              },
                              {}));
    return texts;
  }

  template <typename Do>
  std::string server_log_of(const Do& what) {
    testing::internal::CaptureStderr();
    what();
    return testing::internal::GetCapturedStderr();
  }

  void request(const AppName& app) {
    write_requests(apps_, journal_, {{app, test::at_second(1), "GET / 200"}});
  }

  test::StateFile file_;
  state::AppStore apps_ = file_.apps();
  test::TempDir folder_;
  AppJournal journal_{folder_.path()};
  RealClock clock_;
  LifecycleLog lifecycle_{apps_, journal_, clock_};
  AppName app_ = test::add_app(file_, "blog").name;
};

TEST_F(AppLines, AreWrittenByNameAndByLabel) {
  lifecycle_.tell(app_, "v1 is live");
  lifecycle_.tell_label("blog", "web.1 has ended");
  request(app_);
  EXPECT_THAT(lines(JournalTopic::Lifecycle), ElementsAre("v1 is live", "web.1 has ended"));
  EXPECT_THAT(lines(JournalTopic::Router), ElementsAre("GET / 200"));
}

TEST_F(AppLines, OfAnAppThatIsGoneAreNoTrouble) {
  const AppName gone = *AppName::parse("gone");
  EXPECT_EQ(server_log_of([&] {
              lifecycle_.tell(gone, "v1 is live");
              lifecycle_.tell_label("gone", "web.1 has ended");
              request(gone);
            }),
            "");
  EXPECT_FALSE(journal_.has("gone", JournalTopic::Lifecycle));
}

TEST_F(AppLines, ThatAFailingStoreLosesAreMissedInTheServersLog) {
  break_store();
  EXPECT_THAT(server_log_of([&] { lifecycle_.tell(app_, "v1 is live"); }),
              HasSubstr("a line is missing in the log of blog"));
  EXPECT_THAT(server_log_of([&] { lifecycle_.tell_label("blog", "web.1 has ended"); }),
              HasSubstr("a line is missing in the log of blog"));
  EXPECT_THAT(server_log_of([&] { request(app_); }), HasSubstr("requests are missing in logs"));
  EXPECT_THAT(server_log_of([&] { lifecycle_.sweep(); }), HasSubstr("apps that are gone stay"));
  EXPECT_THAT(lines(JournalTopic::Lifecycle), IsEmpty());
}

}  // namespace
}  // namespace minpaas::hooks
