#include "sshd/login.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace minpaas::sshd {
namespace {

/// Knows keys by both fingerprint and blob.
class Book : public Authenticator {
 public:
  std::optional<Actor> find(std::string_view fingerprint, std::string_view blob,
                            std::string_view /*from*/) override {
    const auto found = names.find(std::string(blob));
    if (found == names.end() || fingerprint != "SHA256:" + found->first) {
      return std::nullopt;
    }
    Actor actor;
    actor.name = found->second;
    return actor;
  }

  void note_use(const Actor& actor) override { used.push_back(actor.key_fingerprint); }

  std::map<std::string, std::string> names{{"a", "alice"}, {"b", "bob"}};

  void note_denied(std::string_view from, const std::vector<std::string>& keys) override {
    std::string told(from);
    for (const std::string& key : keys) {
      told += " " + key;
    }
    denied.push_back(told);
  }

  std::vector<std::string> used;
  std::vector<std::string> denied;
};

PublicKey key(const std::string& blob) {
  return {"SHA256:" + blob, blob};
}

class Logins : public ::testing::Test {
 protected:
  Book book_;
  Login login_{book_, "192.0.2.1:1234"};
};

TEST_F(Logins, NeedASignature) {
  EXPECT_TRUE(login_.try_key("git", key("a"), KeyProof::Offered));
  EXPECT_FALSE(login_.is_verified());
  EXPECT_FALSE(login_.confirm());
  EXPECT_TRUE(login_.try_key("git", key("a"), KeyProof::Signed));
  ASSERT_TRUE(login_.is_verified());
  const auto actor = login_.confirm();
  ASSERT_TRUE(actor);
  EXPECT_EQ(actor->name, "alice");
  EXPECT_EQ(actor->key_fingerprint, "SHA256:a");
  EXPECT_EQ(actor->from, "192.0.2.1:1234");
}

TEST_F(Logins, ThatNeverHappenedAreToldOnce) {
  login_.try_key("git", key("x"), KeyProof::Offered);
  login_.try_key("git", key("y"), KeyProof::Offered);
  EXPECT_TRUE(book_.denied.empty());
  login_.end();
  EXPECT_EQ(book_.denied, std::vector<std::string>{"192.0.2.1:1234 SHA256:x SHA256:y"});
}

TEST_F(Logins, AreNotDeniedForTheOtherKeysOfAnAgent) {
  login_.try_key("git", key("x"), KeyProof::Offered);
  login_.try_key("git", key("a"), KeyProof::Signed);
  login_.end();
  EXPECT_TRUE(book_.denied.empty());
}

TEST_F(Logins, BelongToTheKeyThatSignedNotToTheOneOffered) {
  EXPECT_TRUE(login_.try_key("git", key("a"), KeyProof::Offered));
  EXPECT_TRUE(login_.try_key("git", key("b"), KeyProof::Signed));
  EXPECT_EQ(login_.confirm()->name, "bob");
}

TEST_F(Logins, AreLostWhenAnUnknownKeySignsAfterAKnownOneWasOffered) {
  EXPECT_TRUE(login_.try_key("git", key("a"), KeyProof::Offered));
  EXPECT_FALSE(login_.try_key("git", key("x"), KeyProof::Signed));
  EXPECT_FALSE(login_.is_verified());
}

TEST_F(Logins, AreLostAtEveryFurtherAttempt) {
  for (int attempt = 0; attempt < 4; ++attempt) {
    ASSERT_TRUE(login_.try_key("git", key("a"), KeyProof::Signed));
    switch (attempt) {
      case 0:
        login_.try_key("git", key("b"), KeyProof::Offered);
        break;
      case 1:
        login_.refuse("git", "password");
        break;
      case 2:
        login_.ask_methods();
        break;
      default:
        login_.try_key("git", key("x"), KeyProof::Offered);
    }
    EXPECT_FALSE(login_.is_verified()) << attempt;
  }
}

TEST_F(Logins, AreLostWhenTheKeyIsRemoved) {
  ASSERT_TRUE(login_.try_key("git", key("a"), KeyProof::Signed));
  book_.names.clear();
  EXPECT_FALSE(login_.confirm());
  book_.names["a"] = "alice";
  EXPECT_FALSE(login_.confirm());
}

TEST_F(Logins, NeedBothFingerprintAndBlob) {
  EXPECT_FALSE(login_.try_key("git", {"SHA256:b", "a"}, KeyProof::Signed));
  EXPECT_FALSE(login_.try_key("git", {"", "a"}, KeyProof::Signed));
  EXPECT_FALSE(login_.try_key("git", {"SHA256:a", ""}, KeyProof::Signed));
}

TEST_F(Logins, IgnoreTheUserName) {
  EXPECT_TRUE(login_.try_key("root", key("a"), KeyProof::Signed));
  EXPECT_EQ(login_.confirm()->name, "alice");
}

TEST_F(Logins, AllowNineteenUnknownKeysInAnAgent) {
  for (int i = 0; i < 19; ++i) {
    EXPECT_FALSE(login_.try_key("git", key("x"), KeyProof::Offered));
    EXPECT_FALSE(login_.is_exhausted());
  }
  EXPECT_FALSE(login_.try_key("git", key("x"), KeyProof::Offered));
  EXPECT_TRUE(login_.is_exhausted());
}

TEST_F(Logins, AllowFiveOtherAttempts) {
  for (int i = 0; i < 5; ++i) {
    login_.refuse("git", "password");
    EXPECT_FALSE(login_.is_exhausted());
  }
  login_.refuse("git", "keyboard-interactive");
  EXPECT_TRUE(login_.is_exhausted());
}

TEST_F(Logins, DoNotCountTheQuestionForMethods) {
  for (int i = 0; i < 100; ++i) {
    login_.ask_methods();
  }
  EXPECT_FALSE(login_.is_exhausted());
  EXPECT_FALSE(login_.has_failed());
}

TEST_F(Logins, EndWhenAKnownKeyIsOfferedAgainAndAgain) {
  for (int i = 1; i < Login::kMostAttempts; ++i) {
    ASSERT_TRUE(login_.try_key("git", key("a"), KeyProof::Offered));
    ASSERT_FALSE(login_.is_exhausted()) << i;
  }
  login_.ask_methods();
  EXPECT_TRUE(login_.is_exhausted());
}

TEST_F(Logins, CountAKeyAsUsedOnlyWhenItHasSigned) {
  login_.try_key("git", key("a"), KeyProof::Offered);
  login_.try_key("git", key("x"), KeyProof::Signed);
  EXPECT_TRUE(book_.used.empty());
  login_.try_key("git", key("a"), KeyProof::Signed);
  EXPECT_EQ(book_.used, std::vector<std::string>{"SHA256:a"});
}

}  // namespace
}  // namespace minpaas::sshd
