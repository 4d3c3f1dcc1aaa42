#include "core/state/event_store.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::at_second;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class EventRecord : public testing::Test {
 protected:
  EventStore store() { return EventStore(file_.database(), key_); }

  std::int64_t add(const std::string& action, const std::string& app = "blog") {
    return store()
        .add({.at = at_second(++second_),
              .actor = "ada",
              .credential = "SHA256:a",
              .from = "192.0.2.1",
              .app = app,
              .action = action,
              .detail = "web=2",
              .result = "ok"})
        .value();
  }

  std::vector<std::string> actions(const EventFilter& filter) {
    std::vector<std::string> actions;
    const auto rows = store().list(filter).value();
    for (const EventRow& row : rows) {
      actions.push_back(row.action);
    }
    return actions;
  }

  /// What someone with the file, and without the key, can do.
  void tamper(const std::string& sql) {
    ASSERT_TRUE(file_.database().write([&](SQLite::Database& connection) -> Result<void> {
      connection.exec("DROP TRIGGER events_never_change; DROP TRIGGER events_stay;");
      connection.exec(sql);
      return {};
    }));
  }

  std::string fault() { return store().verify().value().fault; }

  test::StateFile file_;
  SecretKey key_ = SecretKey::load_or_create(file_.folder() / "secret.key", false).value();
  int second_ = 0;
};

TEST_F(EventRecord, KeepsAllOfARow) {
  EXPECT_EQ(add("ps:scale"), 1);
  file_.reopen();
  const auto rows = store().list({}).value();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].seq, 1);
  EXPECT_EQ(rows[0].at, at_second(1));
  EXPECT_EQ(rows[0].actor, "ada");
  EXPECT_EQ(rows[0].credential, "SHA256:a");
  EXPECT_EQ(rows[0].from, "192.0.2.1");
  EXPECT_EQ(rows[0].app, "blog");
  EXPECT_EQ(rows[0].action, "ps:scale");
  EXPECT_EQ(rows[0].detail, "web=2");
  EXPECT_EQ(rows[0].result, "ok");
}

TEST_F(EventRecord, IsListedOldestFirstAndFiltered) {
  for (const char* action : {"a", "b", "c"}) {
    add(action);
  }
  add("d", "shop");
  EXPECT_THAT(actions({}), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(actions({.app = "blog"}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(actions({.app = "blog", .most = 2}), ElementsAre("b", "c"));
  EXPECT_THAT(actions({.after = 3}), ElementsAre("d"));
  EXPECT_THAT(actions({.since = at_second(3)}), ElementsAre("c", "d"));
  EXPECT_THAT(actions({.app = "nothing"}), IsEmpty());
}

TEST_F(EventRecord, IsWholeFromTheFirstRowOn) {
  EXPECT_THAT(fault(), IsEmpty());
  add("a");
  const std::string first = store().verify()->head;
  add("b");
  const auto verdict = store().verify().value();
  EXPECT_EQ(verdict.intact, 2);
  EXPECT_THAT(verdict.fault, IsEmpty());
  EXPECT_THAT(verdict.head, SizeIs(64));
  EXPECT_NE(verdict.head, first);
}

TEST_F(EventRecord, RefusesToBeChanged) {
  add("a");
  for (const char* sql : {"UPDATE events SET actor = 'eve'", "DELETE FROM events"}) {
    EXPECT_FALSE(file_.database().write([&](SQLite::Database& connection) -> Result<void> {
      connection.exec(sql);
      return {};
    })) << sql;
  }
}

class Tampering : public EventRecord, public testing::WithParamInterface<const char*> {};

TEST_P(Tampering, OfARowIsFound) {
  for (const char* action : {"a", "b", "c"}) {
    add(action);
  }
  tamper(GetParam());
  EXPECT_EQ(store().verify()->intact, 1);
  EXPECT_THAT(fault(), HasSubstr("event 2 was changed"));
}

INSTANTIATE_TEST_SUITE_P(
    Columns, Tampering,
    testing::Values(
        "UPDATE events SET at = 1 WHERE seq = 2", "UPDATE events SET actor = 'eve' WHERE seq = 2",
        "UPDATE events SET credential = '' WHERE seq = 2",
        "UPDATE events SET peer = '' WHERE seq = 2", "UPDATE events SET app = 'shop' WHERE seq = 2",
        "UPDATE events SET action = 'x' WHERE seq = 2",
        "UPDATE events SET detail = '' WHERE seq = 2",
        "UPDATE events SET result = 'denied' WHERE seq = 2",
        // The same text in other columns.
        "UPDATE events SET action = '', detail = action || detail WHERE seq = 2",
        "UPDATE events SET tag = (SELECT tag FROM events WHERE seq = 1) WHERE seq = 2"));

TEST_F(EventRecord, MissesWhatWasRemoved) {
  for (const char* action : {"a", "b", "c"}) {
    add(action);
  }
  tamper("DELETE FROM events WHERE seq = 2");
  EXPECT_EQ(fault(), "event 2 is missing");
}

TEST_F(EventRecord, MissesWhatWasRemovedAndCountedAnew) {
  for (const char* action : {"a", "b", "c"}) {
    add(action);
  }
  tamper("DELETE FROM events WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3");
  EXPECT_EQ(fault(), "event 2 was changed, or put in");
}

TEST_F(EventRecord, MissesItsEnd) {
  for (const char* action : {"a", "b"}) {
    add(action);
  }
  tamper("DELETE FROM events WHERE seq = 2");
  EXPECT_EQ(fault(), "events after 1 are missing");
}

TEST_F(EventRecord, MissesItsEndThoughOthersCameSince) {
  for (const char* action : {"a", "b", "c"}) {
    add(action);
  }
  tamper("DELETE FROM events WHERE seq > 1");
  add("d");
  EXPECT_EQ(fault(), "event 2 is missing");
  add("e");
  EXPECT_EQ(fault(), "event 2 is missing");
}

TEST_F(EventRecord, MissesAllOfItThoughOthersCameSince) {
  add("a");
  tamper("DELETE FROM events");
  add("b");
  EXPECT_EQ(fault(), "event 1 is missing");
}

TEST_F(EventRecord, MissesAllOfIt) {
  add("a");
  tamper("DELETE FROM events");
  EXPECT_EQ(fault(), "events after 0 are missing");
}

TEST_F(EventRecord, DoesNotFitAnotherKey) {
  add("a");
  const auto other = SecretKey::load_or_create(file_.folder() / "other.key", false).value();
  EXPECT_EQ(EventStore(file_.database(), other).verify()->intact, 0);
}

}  // namespace
}  // namespace minpaas::state
