#include "core/state/key_store.h"

#include <gtest/gtest.h>

#include "tests/support/known_keys.h"
#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::at_second;

class Keys : public testing::Test {
 protected:
  Result<KeyRow> add(const test::KnownKey& key, const std::string& name, const std::string& user,
                     Role role = Role::Admin) {
    return store().add({PublicKey::parse(key.line).value(), name, user, role}, at_second(5));
  }

  KeyStore store() { return KeyStore(file_.database()); }

  test::StateFile file_;
};

TEST_F(Keys, AreFoundByFingerprintOverARestart) {
  const KeyRow made = add(test::kEd25519, "laptop", "ann", Role::Member).value();
  file_.reopen();
  const KeyRow found = store().find(test::kEd25519.fingerprint).value();
  EXPECT_EQ(found.key.type + " " + found.key.blob_base64 + " " + found.key.comment,
            test::kEd25519.line);
  EXPECT_EQ(found.key.fingerprint, test::kEd25519.fingerprint);
  EXPECT_EQ(found.name, "laptop");
  EXPECT_EQ(found.user, "ann");
  EXPECT_EQ(found.user_id, made.user_id);
  EXPECT_EQ(found.role, Role::Member);
  EXPECT_EQ(found.created_at, at_second(5));
  EXPECT_FALSE(found.last_used_at);
}

TEST_F(Keys, OfOneUserShareItAndItsRole) {
  const KeyRow first = add(test::kEd25519, "laptop", "ann").value();
  const KeyRow second = add(test::kRsa2048, "desktop", "ann", Role::Member).value();
  EXPECT_EQ(second.user_id, first.user_id);
  EXPECT_EQ(second.role, Role::Admin) << "adding a key changes no role";
  EXPECT_NE(add(test::kRsa3072, "laptop", "bob")->user_id, first.user_id);
}

TEST_F(Keys, BelongToOneUserOnly) {
  ASSERT_TRUE(add(test::kEd25519, "laptop", "ann"));
  const auto again = add(test::kEd25519, "mine", "bob");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(again.error().message, "this key is known already: 'laptop' of ann");
  EXPECT_EQ(store().find(test::kEd25519.fingerprint)->user, "ann");
}

TEST_F(Keys, AreListedByUserAndName) {
  ASSERT_TRUE(add(test::kRsa3072, "x", "bob"));
  ASSERT_TRUE(add(test::kEd25519, "laptop", "ann"));
  ASSERT_TRUE(add(test::kRsa2048, "desktop", "ann"));
  std::string names;
  const auto rows = store().list().value();
  for (const KeyRow& row : rows) {
    names += row.user + "/" + row.name + " ";
  }
  EXPECT_EQ(names, "ann/desktop ann/laptop bob/x ");
}

TEST_F(Keys, CanBeRemoved) {
  ASSERT_TRUE(add(test::kEd25519, "laptop", "ann"));
  ASSERT_TRUE(store().remove(test::kEd25519.fingerprint));
  EXPECT_EQ(store().find(test::kEd25519.fingerprint).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().remove(test::kEd25519.fingerprint).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(add(test::kEd25519, "laptop", "ann"));
}

TEST_F(Keys, RememberTheirLastUseToTheMinute) {
  ASSERT_TRUE(add(test::kEd25519, "laptop", "ann"));
  const auto last_use = [&] { return store().find(test::kEd25519.fingerprint)->last_used_at; };
  ASSERT_TRUE(store().touch(test::kEd25519.fingerprint, at_second(100)));
  EXPECT_EQ(last_use(), at_second(100));
  ASSERT_TRUE(store().touch(test::kEd25519.fingerprint, at_second(159)));
  EXPECT_EQ(last_use(), at_second(100));
  ASSERT_TRUE(store().touch(test::kEd25519.fingerprint, at_second(160)));
  EXPECT_EQ(last_use(), at_second(160));
  EXPECT_EQ(store().touch("SHA256:none", at_second(1)).error().code, ErrorCode::NotFound);
}

TEST_F(Keys, OfAFileRememberTheirLastUseToo) {
  const auto last_use = [&] { return store().file_key_use("SHA256:of-a-file").value(); };
  EXPECT_FALSE(last_use());
  for (const auto& [used, kept] : {std::pair(100, 100), {159, 100}, {160, 160}}) {
    ASSERT_TRUE(store().touch_file_key("SHA256:of-a-file", at_second(used)));
    EXPECT_EQ(last_use(), at_second(kept));
  }
  file_.reopen();
  EXPECT_EQ(last_use(), at_second(160));
}

}  // namespace
}  // namespace minpaas::state
