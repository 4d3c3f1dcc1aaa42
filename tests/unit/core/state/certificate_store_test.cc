#include "core/state/certificate_store.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "core/base/file.h"
#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;
using test::at_second;
using test::StateFile;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CertificateRows : public testing::Test {
 protected:
  CertificateRow row(std::vector<std::string> names, const std::string& fingerprint,
                     CertificateSource source = CertificateSource::Added) {
    return {.app = app_,
            .source = source,
            .names = std::move(names),
            .issuer = "An Authority",
            .not_before = at_second(10),
            .not_after = at_second(20),
            .fingerprint = fingerprint,
            .pem = Secret("the key of " + fingerprint),
            .created_at = at_second(11)};
  }

  std::vector<std::string> fingerprints() {
    std::vector<std::string> found;
    const auto rows = store_.of_app(app_).value();
    for (const auto& found_row : rows) {
      found.push_back(found_row.fingerprint);
    }
    return found;
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
  CertificateStore store_{file_.database(), secret_};
};

TEST_F(CertificateRows, AreKept) {
  EXPECT_FALSE(store_.has_values().value());
  ASSERT_TRUE(store_.add(row({"a.example", "*.a.example"}, "f1")));
  EXPECT_TRUE(store_.has_values().value());
  const auto rows = store_.of_app(app_).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].app, app_);
  EXPECT_EQ(rows[0].source, CertificateSource::Added);
  EXPECT_THAT(rows[0].names, ElementsAre("a.example", "*.a.example"));
  EXPECT_EQ(rows[0].issuer, "An Authority");
  EXPECT_EQ(rows[0].not_before, at_second(10));
  EXPECT_EQ(rows[0].not_after, at_second(20));
  EXPECT_EQ(rows[0].pem.reveal(), "the key of f1");
  EXPECT_EQ(rows[0].created_at, at_second(11));
  EXPECT_EQ(store_.add({.app = app_name("other")}).error().code, ErrorCode::NotFound);
}

TEST_F(CertificateRows, HideTheirKeysOnDisk) {
  ASSERT_TRUE(store_.add(row({"a.example"}, "f1")));
  file_.close();
  for (const char* name : {"minpaas.db", "minpaas.db-wal"}) {
    const auto bytes = read_file(file_.folder() / name, 1 << 24);
    EXPECT_THAT(bytes ? *bytes : "", Not(HasSubstr("the key of")));
  }
}

TEST_F(CertificateRows, GiveWayToThoseThatStandForAllTheirNames) {
  ASSERT_TRUE(store_.add(row({"a.example"}, "f1")));
  ASSERT_TRUE(store_.add(row({"a.example"}, "f2", CertificateSource::Auto)));
  ASSERT_TRUE(store_.add(row({"b.example"}, "f3")));
  EXPECT_THAT(fingerprints(), ElementsAre("f1", "f2", "f3"));
  ASSERT_TRUE(store_.add(row({"b.example", "a.example"}, "f4")));
  EXPECT_THAT(fingerprints(), ElementsAre("f2", "f4"));
  ASSERT_TRUE(store_.add(row({"a.example"}, "f5")));
  ASSERT_TRUE(store_.add(row({"a.example"}, "f6", CertificateSource::Auto)));
  EXPECT_THAT(fingerprints(), ElementsAre("f4", "f5", "f6"));
}

TEST_F(CertificateRows, GoOneByOneAndWithTheirApp) {
  ASSERT_TRUE(store_.add(row({"a.example"}, "f1")));
  ASSERT_TRUE(store_.add(row({"b.example"}, "f2")));
  ASSERT_TRUE(store_.remove({store_.of_app(app_)->front().id}));
  EXPECT_THAT(fingerprints(), ElementsAre("f2"));
  ASSERT_TRUE(store_.set_automatic(app_, true));
  ASSERT_TRUE(store_.note_failure(app_, {"b.example", 0, "refused", at_second(30)}));
  ASSERT_TRUE(file_.apps().destroy(app_));
  std::vector<std::string> unreadable;
  EXPECT_THAT(*store_.list(unreadable), IsEmpty());
  EXPECT_THAT(*store_.automatic_apps(), IsEmpty());
  EXPECT_THAT(*store_.failures(app_), IsEmpty());
}

TEST_F(CertificateRows, ThatWereTamperedWithHideNoOthers) {
  ASSERT_TRUE(store_.add(row({"a.example"}, "f1")));
  ASSERT_TRUE(store_.add(row({"b.example"}, "f2")));
  run("UPDATE certificates SET fingerprint = 'f9' WHERE fingerprint = 'f1'");
  std::vector<std::string> unreadable;
  EXPECT_EQ(store_.list(unreadable)->size(), 1U);
  EXPECT_THAT(unreadable, ElementsAre(HasSubstr("the certificate of blog for a.example")));
  EXPECT_EQ(store_.of_app(app_).error().code, ErrorCode::Corrupt);
}

TEST_F(CertificateRows, AreFetchedForTheAppsThatWantIt) {
  EXPECT_FALSE(store_.is_automatic(app_).value());
  ASSERT_TRUE(store_.set_automatic(app_, true));
  ASSERT_TRUE(store_.set_automatic(app_, true));
  EXPECT_THAT(*store_.automatic_apps(), ElementsAre(app_));
  EXPECT_TRUE(store_.is_automatic(app_).value());
  ASSERT_TRUE(store_.set_automatic(app_, false));
  EXPECT_FALSE(store_.is_automatic(app_).value());
  EXPECT_EQ(store_.set_automatic(app_name("other"), true).error().code, ErrorCode::NotFound);
}

TEST_F(CertificateRows, CountFailuresInARow) {
  ASSERT_TRUE(store_.note_failure(app_, {"a.example", 0, "no such name", at_second(30)}));
  ASSERT_TRUE(store_.note_failure(app_, {"a.example", 0, "refused", at_second(40)}));
  ASSERT_TRUE(store_.note_failure(app_, {"b.example", 0, "refused", at_second(50)}));
  auto found = *store_.failures(app_);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].host, "a.example");
  EXPECT_EQ(found[0].attempts, 2);
  EXPECT_EQ(found[0].error, "refused");
  EXPECT_EQ(found[0].next_at, at_second(40));
  ASSERT_TRUE(store_.forget_failures(app_, "a.example"));
  EXPECT_EQ(store_.failures(app_)->size(), 1U);
  ASSERT_TRUE(store_.forget_failures(app_));
  EXPECT_THAT(*store_.failures(app_), IsEmpty());
}

}  // namespace
}  // namespace minpaas::state
