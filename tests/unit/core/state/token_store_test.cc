#include "core/state/token_store.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>

#include "core/state/user_store.h"
#include "tests/support/known_keys.h"
#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::at_second;

class TokenRows : public testing::Test {
 protected:
  TokenStore store() { return TokenStore(file_.database()); }

  TokenSecret add(const std::string& name, AccessScope scope = {}) {
    const auto secret = TokenSecret::make();
    EXPECT_TRUE(store().add({secret.id,
                             name,
                             {{}, "SHA256:x", "root", Role::Admin},
                             std::move(scope),
                             at_second(5),
                             at_second(50),
                             {}},
                            secret));
    return secret;
  }

  test::StateFile file_;
};

TEST_F(TokenRows, AreFoundByTheirSecretOverARestart) {
  const AccessScope scope({*ScopeRule::parse("ps:*@blog"), *ScopeRule::parse("version")});
  const auto secret = add("ci", scope);
  file_.reopen();
  const TokenRow row = store().find_by_secret(secret.text).value();
  EXPECT_EQ(row.id, secret.id);
  EXPECT_EQ(row.name, "ci");
  EXPECT_EQ(row.owner.file_key, "SHA256:x");
  EXPECT_EQ(row.owner.role, Role::Admin);
  EXPECT_EQ(row.scope, scope);
  EXPECT_EQ(row.created_at, at_second(5));
  EXPECT_EQ(row.expires_at, at_second(50));
  EXPECT_FALSE(row.last_used_at);
}

TEST_F(TokenRows, KeepNoSecret) {
  const auto secret = add("ci");
  const std::string random = secret.text.substr(secret.text.rfind('_') + 1);
  bool kept = false;
  ASSERT_TRUE(file_.database().read([&](SQLite::Database&) { return Result<void>(); }));
  file_.close();
  for (const auto& entry : std::filesystem::directory_iterator(file_.path().parent_path())) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    kept = kept || bytes.find(random) != std::string::npos;
  }
  EXPECT_FALSE(kept);
}

TEST_F(TokenRows, AreNotFoundByWhatIsNearlyTheirSecret) {
  const std::string good = add("ci").text;
  add("other");
  for (std::size_t place : {std::size_t{0}, std::size_t{3}, good.size() - 1}) {
    std::string bad = good;
    bad[place] = bad[place] == 'f' ? 'e' : 'f';
    EXPECT_EQ(store().find_by_secret(bad).error().code, ErrorCode::NotFound);
  }
  for (const std::string& bad :
       {std::string(), good + "0", good.substr(1), std::string(5000, 'a')}) {
    EXPECT_EQ(store().find_by_secret(bad).error().code, ErrorCode::NotFound);
  }
}

TEST_F(TokenRows, HaveANameThatIsTheirOwnersOwn) {
  add("ci");
  const auto secret = TokenSecret::make();
  TokenRow again{secret.id, "ci", {{}, "SHA256:x", "root", Role::Admin}, {}, at_second(5), {}, {}};
  EXPECT_EQ(store().add(again, secret).error().code, ErrorCode::AlreadyExists);
  again.owner.file_key = "SHA256:y";
  EXPECT_TRUE(store().add(again, secret));
}

TEST_F(TokenRows, AreGoneWithTheirUserAndHaveItsRoleOfToday) {
  KeyStore keys(file_.database());
  UserStore users(file_.database());
  const auto user = keys.add(
      {PublicKey::parse(test::kEd25519.line).value(), "k", "ann", Role::Member}, at_second(1));
  const auto secret = TokenSecret::make();
  const TokenRow row{secret.id, "ci", {user->user_id, "", "ann", Role::Member}, {}, at_second(5),
                     {},        {}};
  ASSERT_TRUE(store().add(row, secret));
  EXPECT_EQ(store().find_by_secret(secret.text)->owner.role, Role::Member);
  ASSERT_TRUE(users.set_role("ann", Role::Admin));
  EXPECT_EQ(store().find_by_secret(secret.text)->owner.role, Role::Admin);
  ASSERT_TRUE(users.remove("ann"));
  EXPECT_EQ(store().find_by_secret(secret.text).error().code, ErrorCode::NotFound);
}

TEST_F(TokenRows, RememberTheirUseToTheMinute) {
  const auto secret = add("ci");
  const auto row = [&] { return store().find_by_secret(secret.text).value(); };
  ASSERT_TRUE(store().touch(row(), at_second(100)));
  ASSERT_TRUE(store().touch(row(), at_second(130)));
  EXPECT_EQ(row().last_used_at, at_second(100));
  ASSERT_TRUE(store().touch(row(), at_second(161)));
  EXPECT_EQ(row().last_used_at, at_second(161));
}

TEST(TokenSecrets, AreNeverTheSame) {
  std::set<std::string> texts;
  for (int i = 0; i < 100; ++i) {
    texts.insert(TokenSecret::make().text);
  }
  EXPECT_EQ(texts.size(), 100U);
}

}  // namespace
}  // namespace minpaas::state
