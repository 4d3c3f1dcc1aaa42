#include <gmock/gmock.h>

#include <thread>

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

  std::optional<Actor> log_in(const char* line, std::string_view from = "192.0.2.1:4022") {
    const auto key = *state::PublicKey::parse(line);
    return bed_.server().keys.find_actor(key.fingerprint, key.blob_base64, from);
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
  EXPECT_FALSE(bed_.server().keys.find_actor(key.fingerprint, "AAAA", "192.0.2.1:4022"));
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
  EXPECT_TRUE(is_hidden(people().remove_key(bob, others).error()));
  EXPECT_FALSE(is_hidden(people().remove_key(bob, "SHA256:none").error()));
  EXPECT_TRUE(people().remove_key(bob, own->key.fingerprint));
}

TEST_F(Keys, AreNotForTokensThatExpire) {
  Actor brief = bed_.admin;
  brief.expires_at = bed_.clock.now() + std::chrono::hours(1);
  EXPECT_EQ(add_key(brief, "x", kKey).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(
      people()
          .add_key(brief, {.name = "x", .public_key = kKey, .lifetime = std::chrono::hours(2)})
          .error()
          .code,
      ErrorCode::PermissionDenied);
  EXPECT_TRUE(people().add_key(
      brief, {.name = "x", .public_key = kKey, .lifetime = std::chrono::minutes(30)}));
}

TEST_F(Keys, MayBeLimited) {
  add_other_admin();
  const auto added = people().add_key(
      bed_.admin, {.name = "ci",
                   .public_key = kKey,
                   .scope = {*ScopeRule::parse("git:push@blog"), *ScopeRule::parse("ps")},
                   .sources = {*AddressRange::parse("192.0.2.0/24"), *AddressRange::parse("::1")},
                   .lifetime = std::chrono::hours(1)});
  ASSERT_TRUE(added) << added.error().for_log();
  EXPECT_EQ(added->role, Role::Member) << "who is made for a narrow key administers nothing";
  const auto listed = (*people().keys(bed_.admin)).front();
  EXPECT_EQ(listed.limits.scope.str(), "git:push@blog ps");
  EXPECT_THAT(listed.limits.sources, SizeIs(2));
  const auto actor = log_in(kKey);
  ASSERT_TRUE(actor);
  EXPECT_TRUE(actor->scope.allows("git:push", {"blog"}));
  EXPECT_FALSE(actor->scope.allows("git:fetch", {"blog"}));
  EXPECT_EQ(actor->expires_at, added->limits.expires_at);
  EXPECT_TRUE(log_in(kKey, "[::1]:99"));
  EXPECT_FALSE(log_in(kKey, "192.0.3.1:4022")) << "another address";
  EXPECT_FALSE(log_in(kKey, ""));
}

TEST_F(Keys, AreWorthlessWhenTheyHaveExpired) {
  add_other_admin();
  ASSERT_TRUE(people().add_key(bed_.admin,
                               {.name = "ci", .public_key = kKey, .lifetime = milliseconds(300)}));
  const auto actor = log_in(kKey);
  ASSERT_TRUE(actor);
  EXPECT_TRUE(bed_.server().keys.renew(*actor));
  const auto& key = actor->key_fingerprint;
  EXPECT_FALSE(bed_.server().keys.objection_to(key, "192.0.2.1:4022"));
  std::this_thread::sleep_for(milliseconds(350));
  EXPECT_FALSE(log_in(kKey));
  EXPECT_EQ(bed_.server().keys.objection_to(key, "192.0.2.1:4022"), "the key of ci has expired");
  EXPECT_EQ(bed_.server().keys.renew(*actor).error().code, ErrorCode::PermissionDenied);
}

TEST_F(Keys, WithLimitsLetNobodyElseIn) {
  Actor bound = bed_.admin;
  bound.sources = {*AddressRange::parse("192.0.2.0/24")};
  EXPECT_EQ(add_key(bound, "x", kKey).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(bed_.server().tokens.create(bound, {"t", {}, {}}).error().code,
            ErrorCode::PermissionDenied);
}

TEST_F(Keys, WithLimitsAreNotTheLastOfAnAdministrator) {
  ASSERT_TRUE(add_key(bed_.admin, "laptop", kKey));
  ASSERT_TRUE(people().add_key(bed_.admin, {.name = "brief",
                                            .role = Role::Admin,
                                            .public_key = test::kEd25519.line,
                                            .lifetime = std::chrono::hours(1)}));
  EXPECT_EQ(
      people().remove_key(bed_.admin, state::PublicKey::parse(kKey)->fingerprint).error().code,
      ErrorCode::Conflict);
}

TEST_F(Keys, UsersAndRightsAreNotForTokensWithAScope) {
  const AppName blog = bed_.make_app("blog");
  ASSERT_TRUE(people().add_user(bed_.admin, "bob", Role::Member));
  Actor narrow = bed_.admin;
  narrow.scope = AccessScope({*ScopeRule::parse("*")});
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
