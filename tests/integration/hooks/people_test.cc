#include <gmock/gmock.h>

#include "core/base/file.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/known_keys.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUuPKTJm1PWZRdpJhmuUFrmHxbQ0zWBVm9zxVkeJdHB";

class PeopleOfAServer : public testing::Test {
 protected:
  People& people() { return bed_.server().people; }

  Result<state::KeyRow> add_key(const Actor& actor, const std::string& name, const char* key) {
    return people().add_key(actor, {.name = name, .public_key = key});
  }

  Actor member(const std::string& name) {
    const auto row = people().add_user(bed_.admin, name, Role::Member);
    EXPECT_TRUE(row);
    return {row->id, name, Role::Member, "SHA256:m", ""};
  }

  /// Someone who stays when others go.
  void add_other_admin() {
    ASSERT_TRUE(write_file_atomically(bed_.settings.access.admin_keys,
                                      std::string(test::kEcdsa256.line) + "\n", 0600));
  }

  std::optional<Actor> log_in(const char* line) {
    const auto key = *state::PublicKey::parse(line);
    return bed_.server().keys.find_actor(key.fingerprint, key.blob_base64);
  }

  DeployBed bed_;
};

using Keys = PeopleOfAServer;

TEST_F(Keys, AreAddedFoundAndRemoved) {
  add_other_admin();
  const auto added = add_key(bed_.admin, "laptop", kKey);
  ASSERT_TRUE(added) << added.error().for_log();
  const auto& key = added->key;
  const auto actor = log_in(kKey);
  ASSERT_TRUE(actor);
  EXPECT_EQ(actor->name, "laptop");
  EXPECT_EQ(actor->role, Role::Admin);
  EXPECT_FALSE(bed_.server().keys.find_actor(key.fingerprint, "AAAA"));
  EXPECT_FALSE((*people().keys(bed_.admin)).front().last_used_at) << "it was only looked up";
  bed_.server().keys.note_use(*actor);
  EXPECT_TRUE((*people().keys(bed_.admin)).front().last_used_at);
  ASSERT_TRUE(people().remove_key(bed_.admin, key.fingerprint));
  EXPECT_FALSE(log_in(kKey));
  EXPECT_EQ(people().remove_key(bed_.admin, key.fingerprint).error().code, ErrorCode::NotFound);
}

TEST_F(Keys, OfTheAdminFileAreReadAtEveryLogin) {
  EXPECT_FALSE(log_in(kKey));
  ASSERT_TRUE(write_file_atomically(bed_.settings.access.admin_keys,
                                    std::string(kKey) + " ada@laptop\n", 0600));
  const auto actor = log_in(kKey);
  ASSERT_TRUE(actor);
  EXPECT_EQ(actor->name, "ada@laptop");
  bed_.server().keys.note_use(*actor);
  const auto listed = (*people().keys(bed_.admin)).front();
  EXPECT_EQ(listed.user, KeyOwners::kAdminKeysUser);
  EXPECT_FALSE(listed.created_at);
  EXPECT_TRUE(listed.last_used_at);
  const auto removed = people().remove_key(bed_.admin, listed.key.fingerprint);
  ASSERT_FALSE(removed);
  EXPECT_THAT(removed.error().hint, HasSubstr("admin_keys"));
}

TEST_F(Keys, NeedANameThatCanBePrinted) {
  EXPECT_EQ(add_key(bed_.admin, "a\nb", kKey).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(add_key(bed_.admin, "", kKey).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(add_key(bed_.admin, "-x", kKey).error().code, ErrorCode::InvalidInput);
}

TEST_F(Keys, BelongToTheUserWhoIsThere) {
  const Actor bob = member("bob");
  const auto row =
      people().add_key(bed_.admin, {.name = "phone", .user = "bob", .public_key = kKey});
  ASSERT_TRUE(row) << row.error().for_log();
  EXPECT_EQ(row->user, "bob");
  EXPECT_EQ(log_in(kKey)->role, Role::Member);
  EXPECT_EQ(
      people()
          .add_key(bed_.admin, {.name = "x", .user = "eve", .public_key = test::kRsa2048.line})
          .error()
          .code,
      ErrorCode::NotFound);
}

TEST_F(Keys, OfMembersAreForThemToAddAndRemove) {
  const Actor bob = member("bob");
  ASSERT_TRUE(add_key(bed_.admin, "laptop", kKey));
  const auto own = add_key(bob, "phone", test::kEd25519.line);
  ASSERT_TRUE(own) << own.error().for_log();
  EXPECT_EQ(own->user, "bob");
  EXPECT_EQ(own->role, Role::Member);
  EXPECT_THAT(*people().keys(bob), SizeIs(1));
  EXPECT_EQ(people()
                .add_key(bob, {.name = "x", .role = Role::Admin, .public_key = test::kRsa2048.line})
                .error()
                .code,
            ErrorCode::PermissionDenied);
  EXPECT_EQ(people()
                .add_key(bob, {.name = "x", .user = "laptop", .public_key = test::kRsa2048.line})
                .error()
                .code,
            ErrorCode::PermissionDenied);
  const auto others = state::PublicKey::parse(kKey)->fingerprint;
  EXPECT_EQ(people().remove_key(bob, others).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(people().remove_key(bob, own->key.fingerprint));
}

TEST_F(Keys, UsersAndRightsAreNotForTokensWithAScope) {
  const AppName blog = bed_.make_app("blog");
  ASSERT_TRUE(people().add_user(bed_.admin, "bob", Role::Member));
  Actor narrow = bed_.admin;
  narrow.scope = TokenScope({*ScopeRule::parse("*")});
  EXPECT_EQ(add_key(narrow, "x", kKey).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(people().add_user(narrow, "eve", Role::Admin).error().code,
            ErrorCode::PermissionDenied);
  EXPECT_EQ(people().set_role(narrow, "bob", Role::Admin).error().code,
            ErrorCode::PermissionDenied);
  EXPECT_EQ(people().grant(narrow, blog, "bob", AppRight::Read).error().code,
            ErrorCode::PermissionDenied);
  EXPECT_TRUE(people().users(narrow));
}

using Users = PeopleOfAServer;

TEST_F(Users, AreAddedChangedAndRemovedWithTheirKeys) {
  add_other_admin();
  ASSERT_TRUE(people().add_user(bed_.admin, "bob", Role::Member));
  EXPECT_EQ(people().add_user(bed_.admin, "bob", Role::Admin).error().code,
            ErrorCode::AlreadyExists);
  ASSERT_TRUE(people().add_key(bed_.admin, {.name = "k", .user = "bob", .public_key = kKey}));
  EXPECT_EQ(people().set_role(bed_.admin, "bob", Role::Admin)->role, Role::Admin);
  EXPECT_EQ(log_in(kKey)->role, Role::Admin) << "open connections have it with their next request";
  EXPECT_EQ((*people().users(bed_.admin)).front().keys, 1);
  ASSERT_TRUE(people().remove_user(bed_.admin, "bob"));
  EXPECT_FALSE(log_in(kKey));
  EXPECT_THAT(*people().users(bed_.admin), IsEmpty());
  EXPECT_EQ(people().remove_user(bed_.admin, "bob").error().code, ErrorCode::NotFound);
}

TEST_F(Users, KeepOneAdministratorWhoCanLogIn) {
  ASSERT_TRUE(add_key(bed_.admin, "ada", kKey));
  const auto fingerprint = state::PublicKey::parse(kKey)->fingerprint;
  EXPECT_EQ(people().remove_key(bed_.admin, fingerprint).error().code, ErrorCode::Conflict);
  EXPECT_EQ(people().set_role(bed_.admin, "ada", Role::Member).error().code, ErrorCode::Conflict);
  EXPECT_EQ(people().remove_user(bed_.admin, "ada").error().code, ErrorCode::Conflict);
  EXPECT_TRUE(log_in(kKey));
  ASSERT_TRUE(people().add_user(bed_.admin, "eve", Role::Admin));
  EXPECT_EQ(people().remove_user(bed_.admin, "ada").error().code, ErrorCode::Conflict)
      << "eve has no key";
  ASSERT_TRUE(people().add_key(bed_.admin,
                               {.name = "k", .user = "eve", .public_key = test::kRsa2048.line}));
  EXPECT_TRUE(people().remove_user(bed_.admin, "ada"));
}

using Grants = PeopleOfAServer;

TEST_F(Grants, AreGivenReplacedAndTakenAway) {
  const AppName blog = bed_.make_app("blog");
  const Actor bob = member("bob");
  ASSERT_TRUE(people().grant(bed_.admin, blog, "bob", AppRight::Read));
  EXPECT_TRUE(bed_.platform().app(bob, blog));
  ASSERT_TRUE(people().grant(bed_.admin, blog, "bob", AppRight::Admin));
  const auto rows = people().access(bob, blog);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().right, AppRight::Admin);
  EXPECT_EQ(rows->front().granted_by, "ada");
  ASSERT_TRUE(people().revoke(bob, blog, "bob"));
  EXPECT_EQ(people().access(bob, blog).error().code, ErrorCode::NotFound);
  EXPECT_EQ(people().revoke(bed_.admin, blog, "bob").error().code, ErrorCode::NotFound);
}

TEST_F(Grants, AreNotForAdministrators) {
  const AppName blog = bed_.make_app("blog");
  ASSERT_TRUE(people().add_user(bed_.admin, "eve", Role::Admin));
  EXPECT_EQ(people().grant(bed_.admin, blog, "eve", AppRight::Read).error().code,
            ErrorCode::Conflict);
}

TEST_F(Grants, EndWithTheApp) {
  const AppName blog = bed_.make_app("blog");
  const Actor bob = member("bob");
  ASSERT_TRUE(people().grant(bed_.admin, blog, "bob", AppRight::Deploy));
  bed_.start_queue();
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, blog, false));
  bed_.make_app("blog");
  EXPECT_EQ(bed_.platform().app(bob, blog).error().code, ErrorCode::NotFound)
      << "the name is the same, the app is another";
}

}  // namespace
}  // namespace minpaas::hooks
